import type { CutReceipt } from '../core/intake/receipt.ts'
import { atOffset, readOffset, readTime } from '../core/time/instant.ts'
import { el, readableStamp } from './dom.ts'
import type { LocalQuestion } from './engine-protocol.ts'

/** Errors offered at most: the latest ones. */
const MAX_OFFERED = 12

export interface MomentChoice {
  readonly node: HTMLElement
  /** Offers the errors found in these files. */
  readonly offer: (receipts: readonly CutReceipt[]) => void
  /** What was chosen; undefined (and said on the page) when a field cannot be read. */
  readonly question: () => LocalQuestion | undefined
}

/** Which moment the diagnosis is about: by itself, one of the errors found, or a time that is typed in. */
export function momentChoice(): MomentChoice {
  const list = el('ul', { class: 'choices' })
  const at = el('input', {
    type: 'text',
    id: 'at',
    placeholder: '2025-01-15 08:48:21',
    autocomplete: 'off',
    'aria-describedby': 'at-problem',
  })
  const zone = el('input', { type: 'text', id: 'zone', value: ownZone(), autocomplete: 'off' })
  const peer = el('input', { type: 'text', id: 'peer', placeholder: '10.0.0.9', autocomplete: 'off' })
  const host = el('input', { type: 'text', id: 'host', placeholder: '10.0.0.5', autocomplete: 'off' })
  const problem = el('p', { class: 'note bad', id: 'at-problem', role: 'alert', hidden: true })
  const own = el(
    'li',
    {},
    choice('own', 'Another moment', false),
    el('div', { class: 'fields' }, labelled('Date and time', at), labelled('Time zone', zone)),
  )
  at.addEventListener('input', () => check(list, 'own'))
  const node = el(
    'div',
    {},
    el('fieldset', {}, el('legend', {}, el('h2', {}, 'Which moment?')), list, problem),
    el(
      'details',
      {},
      el('summary', {}, 'More, if you know it'),
      el('div', {}, el('div', { class: 'fields' }, labelled('Printer (peer)', peer), labelled('Server (host)', host))),
    ),
  )
  let offered: readonly string[] = []
  return {
    node,
    offer: (receipts) => {
      offered = fillChoices(list, receipts, own)
    },
    question: () => {
      const chosen = list.querySelector<HTMLInputElement>('input[name=moment]:checked')?.value ?? 'latest'
      const instant = chosen === 'own' ? instantIn(at.value, zone.value) : instantOf(offered[Number(chosen)])
      problem.hidden = chosen !== 'own' || instant !== undefined
      problem.textContent = problem.hidden ? '' : `"${at.value}" is no date and time: write it like 2025-01-15 08:48:21`
      if (!problem.hidden) return undefined
      const text = (input: HTMLInputElement): string | undefined => input.value.trim() || undefined
      return { incidentAtNs: instant, host: text(host), peer: text(peer), timezone: text(zone) }
    },
  }
}

/** Refills the list and returns the stamps of the errors in it; keeps what was chosen if it is still there. */
function fillChoices(list: HTMLUListElement, receipts: readonly CutReceipt[], own: HTMLLIElement): readonly string[] {
  const chosen = list.querySelector<HTMLInputElement>('input[name=moment]:checked')?.value
  const errors = receipts
    .flatMap(({ name, logDigest }) => (logDigest?.errors ?? []).map((error) => ({ ...error, name })))
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

const ownZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone

function instantOf(at: string | undefined): bigint | undefined {
  return at === undefined ? undefined : instantIn(at, 'UTC')
}

function instantIn(text: string, zone: string): bigint | undefined {
  const time = readTime(text)
  if (!time) return undefined
  return atOffset(time.localNs, time.offsetMinutes ?? readOffset(zone) ?? 0)
}
