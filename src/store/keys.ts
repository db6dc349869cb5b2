/** The key scheme. All of a case lies under one prefix, so that forgetting it is one listing; raw uploads lie apart, for their lifecycle rule. */

export const caseFolder = (tenant: string, caseId: string): string => `cases/${tenant}/${caseId}/`

export const uploadFolder = (tenant: string, caseId: string, uploadId: string): string => `${caseFolder(tenant, caseId)}files/${uploadId}/`

export const evidenceKey = (folder: string, index: number): string => `${folder}${index}.evidence`

export const receiptKey = (folder: string, index: number): string => `${folder}${index}.receipt.json`

export const revisionFolder = (tenant: string, caseId: string, revision: number): string => `${caseFolder(tenant, caseId)}r${revision}/`

/** Every attempt at a revision writes under a prefix of its own; the published one is named in the case's row. */
export const resultFolder = (tenant: string, caseId: string, revision: number, engine: string, token: string): string =>
  `${revisionFolder(tenant, caseId, revision)}${engine}-${token}/`

/** A remembered answer that is too long for a row of the database. */
export const answerKey = (tenant: string, caseId: string, keyHash: string): string => `${caseFolder(tenant, caseId)}answers/${keyHash}`

export const rawFolder = (tenant: string, caseId: string): string => `raw/${tenant}/${caseId}/`

export const rawKey = (tenant: string, caseId: string, uploadId: string): string => `${rawFolder(tenant, caseId)}${uploadId}`
