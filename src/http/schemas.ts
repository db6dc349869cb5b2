import { z } from 'zod'
import { CaseView } from '../cases/view.ts'

export const CaseParams = z.object({ id: z.string().max(64).describe('The case.') })
export const FileParams = CaseParams.extend({ name: z.string().min(1).max(1000).describe('The file, by its base name.') })

/** The body of a call that makes a new secret: how long the old one stays good. */
export const rotation = (mostDays: number) =>
  ({
    kind: 'json',
    schema: z.strictObject({
      graceSeconds: z
        .number()
        .int()
        .min(0)
        .max(mostDays * 86_400)
        .default(86_400)
        .describe('Seconds that the old one stays good.'),
    }),
    optional: true,
  }) as const

export const LinkAnswer = z.object({
  id: z.string(),
  url: z.string().describe('The token rides in the fragment: open it in the page, or send the token as Bearer.'),
  expiresAt: z.iso.datetime(),
})

/** A case just opened: with what is shown once. */
export const OpenedCaseView = CaseView.extend({
  callbackSecret: z.string().nullable().describe('Verifies what is sent to `callbackUrl`; shown once.'),
  upload: LinkAnswer.describe('An upload link for this case alone.'),
})
