import { defineConfig } from 'vitest/config'

/** `npm test` needs Node and npm alone; what needs more is named `*.peer.test.ts` and runs by `npm run test:peers`. */
export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/**/*.peer.test.ts'],
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'peers',
          include: ['test/**/*.peer.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 180_000,
          retry: 1,
          fileParallelism: false,
        },
      },
    ],
  },
})
