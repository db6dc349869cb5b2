import type { Log } from '../cases/deps.ts'

/** One JSON document a line, to where the platform gathers logs. */
export const jsonLog: Log = (event, facts) => {
  console.log(JSON.stringify({ event, ...facts }))
}
