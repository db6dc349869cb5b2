import { textFormat } from './formats/text.ts'
import type { LogFormat } from './record-reader.ts'

/** Asked in this order; the first that recognises the content reads the file. The last one takes anything. */
export const LOG_FORMATS: readonly LogFormat[] = [textFormat]
