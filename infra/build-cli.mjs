import { build } from 'esbuild'
import { withoutZodLocales } from './without-zod-locales.mjs'

/**
 * The command line as JavaScript that Node 20 runs: the entry and, beside it, one chunk for each command, so that a start reads
 * only what it needs.
 *
 * @param {string} outdir
 */
export async function buildCli(outdir) {
  await build({
    entryPoints: { hangup: new URL('../src/cli/main.ts', import.meta.url).pathname },
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    legalComments: 'linked',
    plugins: [withoutZodLocales],
    logLevel: 'error',
  })
}
