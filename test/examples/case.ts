import { openAsBlob } from 'node:fs'
import { basename } from 'node:path'

/** A case in one shot with fetch: HANGUP_URL=… HANGUP_KEY=… node case.ts INCIDENT_AT PEER FILE… (Node 22.18 or newer). */

const { HANGUP_URL: url = 'http://127.0.0.1:8787', HANGUP_KEY: key = '' } = process.env
const [incidentAt = '', peer = '', ...files] = process.argv.slice(2)

async function call(method: string, path: string, init: { accept?: string; body?: FormData } = {}): Promise<Response> {
  const headers = { authorization: `Bearer ${key}`, accept: init.accept ?? 'application/json' }
  const answer = await fetch(`${url}${path}`, { method, headers, body: init.body ?? null })
  if (answer.ok || answer.status === 409) return answer
  throw new Error(`${answer.status} ${await answer.text()}`)
}

const form = new FormData()
form.set('incidentAt', incidentAt)
form.set('peer', peer)
for (const file of files) form.append('file', await openAsBlob(file), basename(file))
const { id } = (await (await call('POST', '/v1/intake', { body: form })).json()) as { id: string }

for (;;) {
  const answer = await call('GET', `/v1/cases/${id}/diagnosis`, { accept: 'text/markdown' })
  const said = await answer.text()
  if (answer.ok) {
    process.stdout.write(said)
    break
  }
  if (!said.includes('"code":"in-progress"')) throw new Error(said)
  await new Promise((resolve) => setTimeout(resolve, 1000 * Number(answer.headers.get('retry-after') ?? 1)))
}
