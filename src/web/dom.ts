/** Attributes of an element; `true` sets an empty one, `false` and undefined leave it out. */
type Attributes = Readonly<Record<string, string | number | boolean | undefined>>
type Child = Node | string | undefined

/** Builds an element. Children that are strings become text: nothing from a file is ever parsed as HTML. */
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue
    node.setAttribute(name, value === true ? '' : String(value))
  }
  for (const child of children) if (child !== undefined) node.append(child)
  return node
}

/** A button that does one thing. */
export function button(label: string, act: () => void, attributes: Attributes = {}): HTMLButtonElement {
  const node = el('button', { type: 'button', ...attributes }, label)
  node.addEventListener('click', act)
  return node
}

/** A time stamp of the engine (ISO 8601, UTC) as people read it, the exact one in the markup. */
export function stamp(at: string): HTMLTimeElement {
  return el('time', { datetime: at }, readableStamp(at))
}

/** `2025-01-15 08:48:21 UTC`, with what the stamp holds below a second only when it is not zero. */
export function readableStamp(at: string): string {
  const [day = '', clock = ''] = at.replace(/Z$/, '').split('T')
  return `${day} ${clock.replace(/\.0+$/, '').replace(/(\.\d{3})\d+$/, '$1')} UTC`
}

/** Says something to a screen reader without moving the focus. */
export function announce(text: string): void {
  const announcer = document.getElementById('announcer')
  if (announcer) announcer.textContent = text
}

/** A place on the page, by id. @throws {Error} when the page lacks it: the build is broken */
export function place(id: string): HTMLElement {
  const node = document.getElementById(id)
  if (!node) throw new Error(`the page has no #${id}`)
  return node
}
