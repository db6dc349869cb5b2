import type { KeptMap } from '../client/sender-privacy.ts'
import { ringNameOf } from '../core/abort/captures/chains.ts'
import type { CutReceipt, FileOptions } from '../core/intake/receipt.ts'
import { announce, el } from './dom.ts'
import { Cancelled, type Engine, EngineFailure } from './engine.ts'
import type { BlobCut, ChosenFile, CutOrder, EngineJob } from './engine-protocol.ts'
import { type FileCard, fileCard } from './file-card.ts'
import { type RingCard, ringCard } from './ring-card.ts'
import { type Range, spanOf } from './time-strip.ts'

/** One chosen file, once the engine has read it. */
export interface ReadyFile {
  readonly chosen: ChosenFile
  /** One for each capture or log in it. */
  readonly cuts: readonly BlobCut[]
  readonly card: FileCard
}

interface Entry {
  chosen: ChosenFile
  readonly card: FileCard
  cancel: AbortController
  ready: ReadyFile | undefined
}

/** The chosen files as cards; each is read by the engine as soon as its turn comes. */
export class FileList {
  readonly node = el('ul', { class: 'cards', 'aria-label': 'Chosen files' })
  private readonly entries: Entry[] = []
  private readonly engine: Engine
  private readonly order: () => CutOrder
  private readonly incidentAt: string | undefined
  private readonly onChange: () => void
  private readonly onMap: (map: KeptMap) => void
  /** Captures whose clocks were compared. */
  private readonly compared = new Set<File>()
  private isComparing = false
  private readonly rings = new Map<string, RingCard>()

  /** `order` is asked at each reading; `onMap` hears of the pseudonyms made by then. */
  constructor(
    engine: Engine,
    order: () => CutOrder,
    incidentAt: string | undefined,
    onChange: () => void,
    onMap: (map: KeptMap) => void = () => undefined,
  ) {
    this.engine = engine
    this.order = order
    this.incidentAt = incidentAt
    this.onChange = onChange
    this.onMap = onMap
  }

  get ready(): readonly ReadyFile[] {
    return this.entries.flatMap(({ ready }) => ready ?? [])
  }

  get receipts(): readonly CutReceipt[] {
    return this.ready.flatMap(({ cuts }) => receiptsOf(cuts))
  }

  /** Whether the engine still reads one. */
  get isReading(): boolean {
    return this.isComparing || this.entries.some(({ card, ready }) => ready === undefined && card.node.dataset.state !== 'unreadable')
  }

  add(files: readonly File[], options: FileOptions = {}): void {
    for (const file of files) {
      const known = this.entries.find(({ chosen }) => isSame(chosen.file, file))
      if (known) continue
      const entry = this.createEntry({ file, options })
      this.entries.push(entry)
      void this.read(entry)
    }
    this.arrange()
    this.onChange()
  }

  /** Reads all again: the order has changed. */
  reread(): void {
    for (const entry of this.entries) {
      entry.ready = undefined
      entry.card.show({ kind: 'waiting' })
      void this.read(entry)
    }
    this.onChange()
  }

  /** The strips of all files share one scale, so each new file may change the others'. */
  private showReady(): void {
    this.arrange()
    for (const { card, cuts } of this.ready)
      if (!LEFT.has(card.node.dataset.state ?? '')) card.show({ kind: 'ready', receipts: receiptsOf(cuts) })
  }

  /** Cards in the order in which files were chosen; those of one ring buffer stand together. */
  private arrange(): void {
    const nodes = new Set<HTMLLIElement>()
    for (const { chosen, card } of this.entries) {
      const stem = ringNameOf(chosen.file.name)?.stem
      const members = this.entries.filter((entry) => stem !== undefined && ringNameOf(entry.chosen.file.name)?.stem === stem)
      if (stem === undefined || members.length < 2) nodes.add(card.node)
      else nodes.add(this.ringNode(stem, members))
    }
    if ([...nodes].some((node, i) => this.node.children[i] !== node)) this.node.replaceChildren(...nodes)
  }

  private ringNode(stem: string, members: readonly Entry[]): HTMLLIElement {
    const incidentAt = this.order().window === undefined ? undefined : this.incidentAt
    const ring = this.rings.get(stem) ?? ringCard({ stem, incidentAt })
    this.rings.set(stem, ring)
    const inOrder = [...members].sort((a, b) => a.chosen.file.name.localeCompare(b.chosen.file.name))
    ring.show(
      inOrder.map(({ card }) => card.node),
      inOrder.flatMap(({ ready }) => (ready ? receiptsOf(ready.cuts) : [])),
    )
    return ring.node
  }

  /** Without a window to compare them with, files are compared with each other. */
  private get scale(): Range | undefined {
    if (this.order().window) return undefined
    const files = this.receipts.flatMap(({ source }) => (source.from && source.to ? [{ from: source.from, to: source.to }] : []))
    return files.length > 0 ? spanOf(files) : undefined
  }

  private createEntry(chosen: ChosenFile): Entry {
    const cancel = new AbortController()
    const card = fileCard({
      name: chosen.file.name,
      size: chosen.file.size,
      incidentAt: this.incidentAt,
      showsWindow: this.order().window !== undefined,
      scale: () => this.scale,
      onRemove: () => this.remove(chosen.file),
      onRestart: () => this.restart(chosen.file),
    })
    card.show({ kind: 'waiting' })
    return { chosen, card, cancel, ready: undefined }
  }

  private remove(file: File): void {
    const at = this.entries.findIndex(({ chosen }) => chosen.file === file)
    const [entry] = this.entries.splice(at, 1)
    entry?.cancel.abort()
    // Who removed it by keyboard goes on where files are chosen, not at the top of the page.
    if (entry?.card.node.contains(document.activeElement)) document.getElementById('files')?.focus()
    entry?.card.node.remove()
    this.arrange()
    announce(`${file.name} removed`)
    this.onChange()
  }

  private restart(file: File): void {
    const entry = this.entries.find(({ chosen }) => chosen.file === file)
    if (entry) this.readAgain(entry)
  }

  private readAgain(entry: Entry): void {
    entry.cancel.abort()
    entry.cancel = new AbortController()
    entry.ready = undefined
    entry.card.show({ kind: 'waiting' })
    void this.read(entry)
  }

  /** Once all files are read: a capture that another one shows to be cut at the wrong place is cut by its own clock. */
  private async compareClocks(): Promise<void> {
    const captures = this.entries.filter(({ ready }) => ready?.cuts.some(({ receipt }) => receipt.kind === 'capture'))
    const isDone = captures.every(({ chosen }) => this.compared.has(chosen.file))
    if (this.isReading || isDone || !isWorthComparing(captures) || this.order().window === undefined) return
    for (const { chosen } of captures) this.compared.add(chosen.file)
    this.isComparing = true
    this.onChange()
    try {
      const files = captures.map(({ chosen }) => chosen)
      const job = (): EngineJob & { kind: 'clocks' } => ({ kind: 'clocks', files, order: this.order() })
      const { options } = await this.engine.run(job, { onProgress: () => undefined }, new AbortController().signal)
      for (const [i, entry] of captures.entries()) {
        const found = options[i]
        if (found === undefined || found.clockOffset === entry.chosen.options.clockOffset || !this.entries.includes(entry)) continue
        if (LEFT.has(entry.card.node.dataset.state ?? '')) continue
        entry.chosen = { ...entry.chosen, options: found }
        this.readAgain(entry)
      }
    } catch (error) {
      // Files are sent as they were cut: the service's diagnosis finds the offsets that it can.
      if (!(error instanceof EngineFailure || error instanceof Cancelled)) throw error
    } finally {
      this.isComparing = false
      this.onChange()
    }
  }

  private async read(entry: Entry): Promise<void> {
    const { chosen, card } = entry
    const { name } = chosen.file
    let startedAt = 0
    const onProgress = (done: number): void => {
      startedAt ||= performance.now()
      card.show({ kind: 'reading', done, bytesPerSecond: (done * 1000) / Math.max(1, performance.now() - startedAt) })
    }
    const onSilence = (seconds: number): void => {
      card.show({ kind: 'stalled', seconds })
      announce(`${name}: nothing has moved for ${seconds} seconds`)
    }
    const job = (): EngineJob & { kind: 'inspect' } => ({ kind: 'inspect', chosen, order: this.order() })
    try {
      const result = await this.engine.run(job, { onProgress, onSilence }, entry.cancel.signal)
      if (result.map) this.onMap(result.map)
      entry.ready = { chosen, card, cuts: result.cuts }
      this.showReady()
      announce(`${name} read`)
    } catch (error) {
      if (error instanceof Cancelled) return
      if (!(error instanceof EngineFailure)) throw error
      card.show({ kind: 'unreadable', message: error.message, advice: error.advice })
      announce(`${name} could not be read: ${error.message}`)
    } finally {
      this.onChange()
      void this.compareClocks()
    }
  }
}

/** Bytes of captures that are read once more for a mere suspicion. */
const MOST_ON_SUSPICION = 2e9

/** Large ones only where one has nothing inside the window that another one meets. */
function isWorthComparing(captures: readonly Entry[]): boolean {
  if (captures.length < 2) return false
  if (captures.reduce((sum, { chosen }) => sum + chosen.file.size, 0) <= MOST_ON_SUSPICION) return true
  const kept = captures.map(({ ready }) => ready?.cuts.some(({ receipt }) => receipt.kept.records > 0) === true)
  return kept.includes(true) && kept.includes(false)
}

/** States of a card whose file is on its way or gone. */
const LEFT = new Set(['sending', 'sent'])

export const receiptsOf = (cuts: readonly BlobCut[]): readonly CutReceipt[] => cuts.map(({ receipt }) => receipt)

const isSame = (a: File, b: File): boolean => a.name === b.name && a.size === b.size && a.lastModified === b.lastModified
