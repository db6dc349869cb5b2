import { readFileSync } from 'node:fs'
import type { TestService } from './service.ts'

/** test/samples: a printer that closes while the print server still sends. */
export const sampleBytes = (name: 'early-close.pcap' | 'early-close.log'): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(readFileSync(new URL(`../samples/${name}`, import.meta.url)))

export const SAMPLE = JSON.parse(readFileSync(new URL('../samples/sample.json', import.meta.url), 'utf8')) as {
  incidentAt: string
  peer: string
}

/** A form in the order of its entries; a pair's third member makes it a file. */
export function form(
  entries: readonly (readonly [name: string, content: string | Uint8Array<ArrayBuffer>, fileName?: string])[],
): FormData {
  const data = new FormData()
  for (const [name, content, fileName] of entries) {
    if (fileName === undefined) data.append(name, String(content))
    else data.append(name, new Blob([content]), fileName)
  }
  return data
}

export const fields = (more: Readonly<Record<string, string>> = {}) => Object.entries({ ...SAMPLE, ...more })

/** A case over the sample's moment; resolves to its id. */
export async function openCase(service: TestService, more: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const { body, status } = await service.call<{ id: string }>('POST', '/v1/cases', { ...SAMPLE, ...more })
  if (status !== 201) throw new Error(`no case: ${JSON.stringify(body)}`)
  return body.id
}

export async function putSample(
  service: TestService,
  id: string,
  name: 'early-close.pcap' | 'early-close.log' = 'early-close.pcap',
  as: string = name,
) {
  return service.call<Record<string, unknown>>('PUT', `/v1/cases/${id}/files/${as}`, undefined, { body: sampleBytes(name) })
}
