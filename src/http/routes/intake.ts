import { z } from 'zod'
import type { Deps, Principal } from '../../cases/deps.ts'
import { Refusal } from '../../cases/errors.ts'
import { type FileOutcome, outcomeOf, settleIntake } from '../../cases/intake.ts'
import { newCase } from '../../cases/open-case.ts'
import { CaseFields } from '../../cases/question.ts'
import { CaseView } from '../../cases/view.ts'
import { CutReceipt, type FileOptions } from '../../core/intake/receipt.ts'
import { jsonPieces } from '../../core/intake/receipt-json.ts'
import { bodyChunks, chunksText } from '../body.ts'
import { FormFields, readFileOptions } from '../form-fields.ts'
import { Idempotency } from '../idempotency.ts'
import { boundaryOf, type Part, readParts } from '../multipart.ts'
import { FILE_PROBLEMS } from '../problem.ts'
import { type Call, type Route, route, streamJson } from '../route.ts'
import { LinkAnswer } from '../schemas.ts'
import { throughGate } from '../upload-gate.ts'

const LONGEST_FIELD = 16 * 1024 // bytes
/** Letters of all names, fields and options of one form: they are held until its answer. */
const LONGEST_FORM = 256 * 1024

export const OutcomeView = z.object({
  name: z.string(),
  state: z.enum(['stored', 'rejected']),
  kept: z.number().int(),
  receipt: CutReceipt.nullable(),
  receipts: z.array(CutReceipt),
  warnings: z.array(z.object({ code: z.string(), message: z.string() })),
  problem: z.object({ code: z.string(), message: z.string(), advice: z.string() }).nullable(),
})

/** The case, with each file's outcome in the order they came. */
export const IntakeView = CaseView.extend({
  callbackSecret: z.string().nullable(),
  upload: LinkAnswer,
  outcomes: z.array(OutcomeView),
})

const intake = route({
  method: 'POST',
  path: '/v1/intake',
  id: 'intake',
  tag: 'Cases',
  summary: 'One shot: opens a case, cuts the files as they stream in, and queues the diagnosis.',
  description:
    'The fields of a case first (`window[before]`, `ticket[id]` … for the nested ones), then the `file` parts, each with its `options[NAME]` before it (JSON, or `timezone=+02:00,vantage=peer`). One bad file does not undo the others.',
  access: ['cases:write'],
  body: { kind: 'multipart', fields: CaseFields, description: 'Fields of a case, then `file` parts.' },
  answers: { 202: { description: 'Queued.', content: { 'application/json': IntakeView } } },
  problems: [
    ...FILE_PROBLEMS,
    ...(['not-multipart', 'bad-multipart', 'fields-after-files', 'bad-name', 'no-files', 'empty-body', 'body-incomplete'] as const),
    ...(['too-large', 'too-many-files', 'nothing-in-window', 'bad-callback-url', 'too-many-cases', 'quota-exceeded', 'busy'] as const),
    ...(['idempotency-mismatch', 'idempotency-in-progress'] as const),
  ],
  handle: (call) => throughGate(() => once(call)),
})

type IntakeCall = Call<undefined, undefined, undefined>

/** As for every POST, but the fingerprint is known only when the body has passed: fields, file names and declared sizes. */
async function once(call: IntakeCall): Promise<Response> {
  const { deps, principal, request } = call
  const boundary = boundaryOf(request.headers.get('content-type') ?? '')
  if (boundary === undefined) throw new Refusal('not-multipart', 'the body is not multipart/form-data', 'Send it as curl -F does.')
  if (!request.body) throw new Refusal('empty-body', 'the body is empty', 'Send fields and files.')
  const parts = readParts(bodyChunks(request.body), boundary)
  const memory = await Idempotency.of(deps, principal, request)
  if (!memory) return (await takeParts(call, parts)).answer
  const known = await memory.begin(() => fingerprintOf(parts))
  if (known) return known
  try {
    const { answer, fingerprint } = await takeParts(call, parts)
    return await memory.finish(fingerprint, answer)
  } catch (error) {
    await memory.forget()
    throw error
  }
}

async function takeParts(call: IntakeCall, parts: AsyncIterable<Part>): Promise<{ answer: Response; fingerprint: string }> {
  const { deps, principal, origin } = call
  const fields = new FormFields()
  const options = new Map<string, FileOptions>()
  const outcomes: FileOutcome[] = []
  const seen = new Fingerprint()
  let opened: Awaited<ReturnType<typeof newCase>> | undefined
  for await (const part of parts) {
    if (part.fileName === undefined) {
      const value = await seen.field(part)
      const optionsFor = /^options\[(.*)\]$/s.exec(part.name)?.[1]
      if (optionsFor !== undefined) options.set(optionsFor, readFileOptions(value))
      else if (part.name === 'file') throw fileAsText()
      else if (opened) throw fieldsAfterFiles(part.name, opened.id)
      else fields.add(part.name, value)
      continue
    }
    if (part.name !== 'file') throw new Refusal('bad-request', `there is no file field "${part.name}"`, 'Name every file part "file".')
    opened ??= await newCase(deps, principal, CaseFields.parse(fields.value()))
    seen.file(part)
    outcomes.push(saysReplaced(outcomes, await takePart(deps, principal, opened.id, part, options.get(part.fileName) ?? {})))
  }
  if (!opened) {
    CaseFields.parse(fields.value())
    throw new Refusal(
      'no-files',
      'there is no file in this request',
      'Send at least one part named "file", or open a case by POST /v1/cases.',
    )
  }
  const body = await settleIntake(deps, principal, opened, outcomes, origin)
  return { answer: streamJson(jsonPieces(body), 202, { location: `/v1/cases/${opened.id}` }), fingerprint: seen.text() }
}

const fileAsText = (): Refusal =>
  new Refusal('bad-request', 'the field "file" came as text, without a file name', 'With curl, write -F file=@PATH: the @ sends the file.')

const fieldsAfterFiles = (field: string, caseId: string): Refusal =>
  new Refusal(
    'fields-after-files',
    `the field "${field}" comes after a file`,
    'Send all fields of the case before the first file: files are cut as they pass.',
    {
      details: { caseId },
    },
  )

/** A case holds one file of a name: the later of two in one form takes the earlier one's place, and says so. */
function saysReplaced(before: readonly FileOutcome[], outcome: FileOutcome): FileOutcome {
  const isSecond = before.some(({ name, state }) => name === outcome.name && state === 'stored')
  if (!isSecond || outcome.state !== 'stored') return outcome
  const message = `another file of this request is named ${outcome.name} too: this one replaced it; send it again under another name`
  return { ...outcome, warnings: [...outcome.warnings, { code: 'replaced', message }] }
}

/** The name is the part's last path component: browsers of old sent whole paths. */
async function takePart(deps: Deps, principal: Principal, caseId: string, part: Part, options: FileOptions): Promise<FileOutcome> {
  const name = (part.fileName ?? '').split(/[\\/]/).at(-1) ?? ''
  return outcomeOf(deps, principal, { caseId, name, options, body: part.body, declaredSize: part.declaredSize })
}

async function fingerprintOf(parts: AsyncIterable<Part>): Promise<string> {
  const seen = new Fingerprint()
  for await (const part of parts) {
    if (part.fileName === undefined) await seen.field(part)
    else seen.file(part)
  }
  return seen.text()
}

/** What a form says beside the bytes of its files: fields, file names and declared sizes, as an Idempotency-Key compares them. */
class Fingerprint {
  readonly #seen: string[] = []
  #length = 0

  /** The field's value. */
  async field(part: Part): Promise<string> {
    const value = await chunksText(part.body, LONGEST_FIELD)
    this.#add(`${part.name}=${value}`)
    return value
  }

  file({ fileName, declaredSize }: Part): void {
    this.#add(`file ${fileName} ${declaredSize ?? ''}`)
  }

  text(): string {
    return JSON.stringify(this.#seen)
  }

  #add(line: string): void {
    this.#length += line.length
    if (this.#length > LONGEST_FORM)
      throw new Refusal('too-large', `the names and fields of a form may have ${LONGEST_FORM} letters together`, 'Send fewer fields.')
    this.#seen.push(line)
  }
}

export const INTAKE_ROUTES: readonly Route[] = [intake]
