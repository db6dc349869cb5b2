import type { Deps } from '../../src/cases/deps.ts'

export class Killed extends Error {}

/**
 * How a step outside the process fails: it and all after it are not done (the process was killed); it alone is not done; it alone is
 * done, but its answer is lost.
 */
export type Death = 'for ever' | 'once' | 'answer lost'
export const DEATHS: readonly Death[] = ['for ever', 'once', 'answer lost']

/** The world as a use case sees it that fails at its n-th step outside itself. */
export function mortalWorld(whole: Deps, step: number, death: Death): { deps: Deps; steps: () => number } {
  let steps = 0
  const fails = (): boolean => ++steps === step || (death === 'for ever' && steps > step)
  const mortal = <T extends object>(target: T): T =>
    new Proxy(target, {
      get(object, name) {
        const member: unknown = Reflect.get(object, name)
        if (typeof member === 'object' && member !== null) return mortal(member)
        if (typeof member !== 'function') return member
        return (...args: unknown[]) => {
          const isFatal = fails()
          if (isFatal && death !== 'answer lost') throw new Killed()
          const result: unknown = member.apply(object, args)
          if (isFatal && result instanceof Promise) return result.then(() => Promise.reject(new Killed()))
          return name === 'writer' && typeof result === 'object' && result !== null ? mortal(result) : result
        }
      },
    })
  const { state, objects, jobs } = whole
  return { deps: { ...whole, state: mortal(state), objects: mortal(objects), jobs: mortal(jobs) }, steps: () => steps }
}
