import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildPage } from '../../infra/build-page.mjs'
import { type StaticServer, serveFolder } from '../support/static-server.ts'

export interface BuiltPage extends StaticServer {
  /** Where its files lie. */
  readonly folder: string
}

/** The page as it is shipped, served from a folder of its own. */
export async function servePage(): Promise<BuiltPage> {
  const folder = mkdtempSync(join(tmpdir(), 'hangup-page-'))
  await buildPage(folder)
  const server = await serveFolder(folder)
  return {
    ...server,
    folder,
    close: async () => {
      await server.close()
      rmSync(folder, { recursive: true })
    },
  }
}
