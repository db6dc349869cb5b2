import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url))

/** A path in the folder of shared material beside the repository (`HANGUP_SHARED` says where it lies otherwise). */
export const sharedPath = (...parts: string[]): string => join(process.env.HANGUP_SHARED ?? join(REPOSITORY, '..', 'shared'), ...parts)
