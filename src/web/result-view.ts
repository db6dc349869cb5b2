import { type CaseView, type ServiceAccess, send } from '../client/case-api.ts'
import { ServiceError } from '../client/service-error.ts'
import { announce, button, el } from './dom.ts'
import { reportView } from './report-view.ts'
import { save } from './save.ts'

/** A link that shows what was found: the report, and where the link allows it the bundle. */
export async function resultParts(found: CaseView, access: ServiceAccess, hasBundle: boolean): Promise<HTMLElement[]> {
  const title = el('h1', {}, found.verdict?.headline ?? 'Not diagnosed yet')
  if (!found.verdict) return [title, el('p', { class: 'lead' }, `The case is ${found.status}. Reload this page in a minute.`)]
  const report = await reportOf(found, access)
  const download = button('Download the bundle', () => void downloadBundle(found, access))
  return [title, ...(hasBundle ? [el('div', { class: 'actions' }, download)] : []), ...(report ? [report] : [])]
}

/** The report, where this link may read it: a link for sending may only when the case was opened so. */
export async function reportOf(found: CaseView, access: ServiceAccess): Promise<HTMLElement | undefined> {
  const headers = { authorization: `Bearer ${access.key}`, accept: 'text/html' }
  try {
    const answer = await send(access, `/v1/cases/${found.id}/diagnosis`, { headers })
    return reportView(await answer.text())
  } catch (error) {
    if (error instanceof ServiceError && (error.status === 403 || error.status === 401)) return undefined
    throw error
  }
}

async function downloadBundle(found: CaseView, access: ServiceAccess): Promise<void> {
  const answer = await send(access, `/v1/cases/${found.id}/bundle`, { headers: { authorization: `Bearer ${access.key}` } })
  save(await answer.blob(), `${found.id}.zip`)
  announce('The bundle was saved')
}
