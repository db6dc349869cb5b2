import { writeFileSync } from 'node:fs'
import { stringify } from 'yaml'
import { ENGINE_VERSION } from '../src/core/version.ts'
import { openApi } from '../src/http/openapi.ts'
import { ROUTES } from '../src/http/routes.ts'

/** `npm run openapi`: writes openapi.yaml from the table of routes. */
export const contractText = (): string =>
  `# Written by npm run openapi from src/http/routes.ts: change it there.\n${stringify(openApi(ROUTES, ENGINE_VERSION), { lineWidth: 120, aliasDuplicateObjects: false })}`

if (import.meta.main) writeFileSync(new URL('../openapi.yaml', import.meta.url), contractText())
