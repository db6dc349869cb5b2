/** What a case's link carries in its fragment, which never reaches a server's log. */
export interface CaseLink {
  readonly caseId: string
  readonly token: string
  readonly purpose: 'upload' | 'report' | 'bundle'
}

/** Reads `#case=ID&for=PURPOSE&token=TOKEN`; undefined when the page was opened without a case. */
export function readCaseLink(fragment: string): CaseLink | undefined {
  const fields = new URLSearchParams(fragment.replace(/^#/, ''))
  const caseId = fields.get('case')
  const token = fields.get('token')
  if (!caseId || !token || !/^[\w-]+$/.test(caseId)) return undefined
  const wanted = fields.get('for')
  return { caseId, token, purpose: wanted === 'report' || wanted === 'bundle' ? wanted : 'upload' }
}
