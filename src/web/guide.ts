import { type CaptureRecipe, type CaptureTarget, captureRecipes } from './capture-commands.ts'
import { announce, button, el } from './dom.ts'

/** How to make the capture that decides, with the commands filled in for one printer. */
export function renderGuide(section: HTMLElement, known: Partial<CaptureTarget>): void {
  const recipes = el('div')
  const peer = el('input', {
    type: 'text',
    id: 'guide-peer',
    value: known.peer ?? '',
    placeholder: '10.0.0.9',
    autocomplete: 'off',
    spellcheck: 'false',
  })
  const port = el('input', { type: 'text', id: 'guide-port', value: known.port ?? '', placeholder: '9100', inputmode: 'numeric' })
  const hours = el('select', { id: 'guide-hours' })
  for (const [minutes, label] of [
    [60, '1 hour'],
    [240, '4 hours'],
    [1440, '1 day'],
  ] as const)
    hours.append(el('option', { value: minutes }, label))
  const fill = (): void => {
    const target = { peer: addressIn(peer.value), port: portIn(port.value), minutes: Number(hours.value) }
    recipes.replaceChildren(...captureRecipes(target).map(renderRecipe))
  }
  for (const input of [peer, port, hours]) input.addEventListener('input', fill)
  section.replaceChildren(
    el('h2', { id: 'guide-title' }, 'Make a capture that decides'),
    el(
      'p',
      {},
      'Record the network traffic between your server and the printer while the error happens. Start it before, stop it soon after.',
    ),
    el(
      'div',
      { class: 'fields' },
      field('Printer’s address', peer),
      field('Its port', port, 'raw printing is 9100'),
      field('Keep the last', hours, 'ring buffers'),
    ),
    recipes,
    advice(),
  )
  fill()
}

function field(label: string, input: HTMLElement, hint?: string): HTMLElement {
  return el('div', {}, el('label', { for: input.id }, label, hint ? el('span', { class: 'hint' }, ` ${hint}`) : undefined), input)
}

/** What is typed is text in a command that people run: only what addresses are made of gets through. */
const addressIn = (text: string): string => /^[0-9a-fA-F:.]+/.exec(text.trim())?.[0] ?? 'PRINTER'

function portIn(text: string): number | undefined {
  const port = Number(text)
  return Number.isInteger(port) && port > 0 && port < 65_536 ? port : undefined
}

function renderRecipe(recipe: CaptureRecipe): HTMLElement {
  const steps = el('ol', { class: 'steps' })
  for (const { says, command } of recipe.steps) steps.append(el('li', {}, `${says}.`, command ? commandBox(command) : undefined))
  return el(
    'details',
    { id: `guide-${recipe.id}` },
    el('summary', {}, recipe.title),
    el('div', {}, el('p', { class: 'soft' }, recipe.when), steps),
  )
}

function commandBox(command: string): HTMLElement {
  const copy = button('Copy', () => void copyText(command), { class: 'link', 'aria-label': `Copy: ${command.slice(0, 40)}` })
  return el('div', { class: 'command' }, el('pre', { tabindex: '0' }, el('code', {}, command)), copy)
}

async function copyText(text: string): Promise<void> {
  await navigator.clipboard.writeText(text)
  announce('Copied')
}

function advice(): HTMLElement {
  const rows = [
    'Best is a capture at both ends, or on a third computer at a mirror port of the printer’s switch: it shows what the server cannot see.',
    'For an error that comes once in a while, let a ring buffer run in timed intervals and stop it after the error: only the files round that time are needed.',
    'Do not cut packets short: at least 128 bytes each, better whole ones. What is private is cut or stripped here, before sending.',
    'Compare the clocks of all machines, and write down how far they are apart. Half a second matters.',
    'Send the log that names the error along: batch print log, watchdog log, the Windows event log (as .evtx).',
  ]
  const list = el('ul', {})
  for (const row of rows) list.append(el('li', {}, row))
  return el('div', {}, el('h3', {}, 'So that it decides'), list)
}
