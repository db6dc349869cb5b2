import { InputError } from '../core/errors.ts'
import type { CutReceipt } from '../core/intake/receipt.ts'
import { atOffset, readTime } from '../core/time/instant.ts'
import { zoneNamed } from '../core/time/zone.ts'
import { el, readableStamp } from './dom.ts'
import type { LocalQuestion } from './engine-protocol.ts'

/** Errors offered at most: the latest ones. */
const MAX_OFFERED = 12

export interface MomentChoice {
  readonly node: HTMLElement
  /** Offers the errors found in these files. */
  readonly offer: (receipts: readonly CutReceipt[]) => void
  /** IANA name or `+HH:MM`, for logs that name no zone. */
  readonly timezone: () => string | undefined
  /** What was chosen; undefined (and said on the page) when a field cannot be read. */
  readonly question: () => LocalQuestion | undefined
}

/**
 * Which moment the diagnosis is about: by itself, one of the errors found, or a time that is typed in. `onZone` is told when the zone of
 * the logs has changed, because then they must be read again.
 */
export function momentChoice(onZone: () => void): MomentChoice {
  const list = el('ul', { class: 'choices' })
  const at = textField('at', '2025-01-15 08:48:21')
  const zone = textField('zone', 'Europe/Berlin')
  const peer = textField('peer', '10.0.0.9')
  const host = textField('host', '10.0.0.5')
  zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone
  const problem = el('p', { class: 'note bad', role: 'alert', hidden: true })
  const own = el('li', {}, choice('own', 'Another moment', false), el('div', { class: 'fields' }, labelled('Date and time', at)))
  at.addEventListener('input', () => check(list, 'own'))
  const tell = (says: string): void => {
    problem.textContent = says
    problem.hidden = says === ''
  }
  zone.addEventListener('change', () => {
    tell(isZone(zone.value) ? '' : `"${zone.value}" is no time zone: write Europe/Berlin or +01:00`)
    if (isZone(zone.value)) onZone()
  })
  let offered: readonly string[] = []
  return {
    node: el('div', {}, el('fieldset', {}, el('legend', {}, el('h2', {}, 'Which moment?')), list), moreFields(zone, peer, host), problem),
    offer: (receipts) => {
      offered = fillChoices(list, receipts, own)
    },
    timezone: () => textOf(zone),
    question: () => {
      const chosen = list.querySelector<HTMLInputElement>('input[name=moment]:checked')?.value ?? 'latest'
      const instant = chosen === 'own' ? instantIn(at.value, zone.value) : instantIn(offered[Number(chosen)] ?? '', 'UTC')
      const isMissing = chosen === 'own' && instant === undefined
      tell(isMissing ? `"${at.value}" is no date and time: write it like 2025-01-15 08:48:21` : '')
      return isMissing ? undefined : { incidentAtNs: instant, host: textOf(host), peer: textOf(peer), timezone: textOf(zone) }
    },
  }
}

const textField = (id: string, example: string): HTMLInputElement =>
  el('input', { type: 'text', id, placeholder: example, autocomplete: 'off', spellcheck: 'false' })

const textOf = (input: HTMLInputElement): string | undefined => input.value.trim() || undefined

const moreFields = (zone: HTMLInputElement, peer: HTMLInputElement, host: HTMLInputElement): HTMLElement =>
  el(
    'div',
    { class: 'fields' },
    labelled('Time zone of the logs', zone),
    labelled('Printer’s address, if known', peer),
    labelled('Server’s address, if known', host),
  )

/** Refills the list and returns the stamps of the errors in it; keeps what was chosen if it is still there. */
function fillChoices(list: HTMLUListElement, receipts: readonly CutReceipt[], own: HTMLLIElement): readonly string[] {
  const chosen = list.querySelector<HTMLInputElement>('input[name=moment]:checked')?.value
  const errors = receipts
    .flatMap(({ name, logDigest }) =>
      (logDigest?.errors ?? []).flatMap((error) => (error.at === null ? [] : [{ ...error, at: error.at, name }])),
    )
    .sort((a, b) => b.at.localeCompare(a.at))
    .slice(0, MAX_OFFERED)
  const latest = errors.length > 0 ? 'The latest error that a capture covers' : 'The latest connection that ended badly'
  list.replaceChildren(el('li', {}, choice('latest', latest, true)))
  for (const [index, { at, code, peer, name, line }] of errors.entries()) {
    list.append(
      el('li', {}, choice(String(index), `${readableStamp(at)}: ${code}`, false, `${peer ? `${peer}, ` : ''}${name}, line ${line}`)),
    )
  }
  list.append(own)
  if (chosen) check(list, chosen)
  return errors.map(({ at }) => at)
}

function choice(value: string, label: string, checked: boolean, more?: string): HTMLLabelElement {
  const input = el('input', { type: 'radio', name: 'moment', value, checked })
  return el('label', {}, input, el('span', {}, label), more ? el('span', { class: 'more' }, more) : undefined)
}

function check(list: HTMLElement, value: string): void {
  const input = list.querySelector<HTMLInputElement>(`input[name=moment][value="${value}"]`)
  if (input) input.checked = true
}

const labelled = (label: string, input: HTMLInputElement): HTMLElement => el('div', {}, el('label', { for: input.id }, label), input)

function isZone(name: string): boolean {
  try {
    zoneNamed(name)
    return true
  } catch (error) {
    if (error instanceof InputError) return false
    throw error
  }
}

function instantIn(text: string, zone: string): bigint | undefined {
  const time = readTime(text)
  if (!time || !isZone(zone)) return undefined
  if (time.offsetMinutes !== undefined) return atOffset(time.localNs, time.offsetMinutes)
  const { first } = zoneNamed(zone).toUtc(Number(time.localNs / 1_000_000_000n))
  return BigInt(first) * 1_000_000_000n + (time.localNs % 1_000_000_000n)
}
