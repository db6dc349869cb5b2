import { z } from 'zod'
import { lookUpErrors } from '../core/logs/errors/decode.ts'

const Meaning = z.object({ platform: z.string(), name: z.string(), canonical: z.string() })

/** What `GET /v1/errors` answers: `lookUpErrors` in JSON. */
export const ErrorLookup = z.object({
  query: z.string(),
  errors: z.array(
    z.object({
      canonical: z.string().describe('POSIX name, or EOF, APP_TIMEOUT.'),
      codes: z.array(z.string()),
      proves: z.string(),
      doesNotProve: z.string(),
      ambiguities: z.array(Meaning).describe('What else a bare number may mean, by platform.'),
      platforms: z.array(Meaning),
      isWrapper: z.boolean().describe('The words only wrap another error that the text does not show.'),
      isApplicationTimer: z.boolean().describe("The program's own timer, not TCP's."),
    }),
  ),
})

export function errorAnswer(query: string): z.infer<typeof ErrorLookup> {
  const { errors } = lookUpErrors(query)
  return {
    query,
    errors: errors.map(({ canonical, codes, proves, doesNotProve, ambiguities, platforms, isWrapper, isApplicationTimer }) => ({
      ...{ canonical, codes: [...codes], proves, doesNotProve, isWrapper, isApplicationTimer },
      ...{ ambiguities: ambiguities.map(meaning), platforms: platforms.map(meaning) },
    })),
  }
}

const meaning = ({ platform, name, canonical }: z.infer<typeof Meaning>) => ({ platform, name, canonical })
