import type { KeptMap } from '../client/sender-privacy.ts'
import type { CutReceipt, FileOptions } from '../core/intake/receipt.ts'
import { announce, el } from './dom.ts'
import { Cancelled, type Engine, EngineFailure } from './engine.ts'
import type { BlobCut, ChosenFile, CutOrder, EngineJob } from './engine-protocol.ts'
import { type FileCard, fileCard } from './file-card.ts'
import { type Range, spanOf } from './time-strip.ts'

/** One chosen file, once the engine has read it. */
export interface ReadyFile {
  readonly chosen: ChosenFile
  /** One for each capture or log in it. */
  readonly cuts: readonly BlobCut[]
  readonly card: FileCard
}

interface Entry {
  readonly chosen: ChosenFile
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
    return this.entries.some(({ card, ready }) => ready === undefined && card.node.dataset.state !== 'unreadable')
  }

  add(files: readonly File[], options: FileOptions = {}): void {
    for (const file of files) {
      const known = this.entries.find(({ chosen }) => isSame(chosen.file, file))
      if (known) continue
      const entry = this.createEntry({ file, options })
      this.entries.push(entry)
      this.node.append(entry.card.node)
      void this.read(entry)
    }
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
    for (const { card, cuts } of this.ready) card.show({ kind: 'ready', receipts: receiptsOf(cuts) })
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
      onRemove: () => this.remove(chosen),
      onRestart: () => this.restart(chosen),
    })
    card.show({ kind: 'waiting' })
    return { chosen, card, cancel, ready: undefined }
  }

  private remove(chosen: ChosenFile): void {
    const at = this.entries.findIndex((entry) => entry.chosen === chosen)
    const [entry] = this.entries.splice(at, 1)
    entry?.cancel.abort()
    entry?.card.node.remove()
    announce(`${chosen.file.name} removed`)
    this.onChange()
  }

  private restart(chosen: ChosenFile): void {
    const entry = this.entries.find((one) => one.chosen === chosen)
    if (!entry) return
    entry.cancel.abort()
    entry.cancel = new AbortController()
    entry.card.show({ kind: 'waiting' })
    void this.read(entry)
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
    }
  }
}

export const receiptsOf = (cuts: readonly BlobCut[]): readonly CutReceipt[] => cuts.map(({ receipt }) => receipt)

const isSame = (a: File, b: File): boolean => a.name === b.name && a.size === b.size && a.lastModified === b.lastModified
