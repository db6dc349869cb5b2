import type { CaptureTarget } from './capture-commands.ts'
import type { CaseLink } from './case-link.ts'

export async function showCase(view: HTMLElement, link: CaseLink, onKnown: (target: Partial<CaptureTarget>) => void): Promise<void> {
  view.textContent = link.caseId
  onKnown({})
}
