/// <reference lib="webworker" />

/** Paths of the page's own files, and a name for their state: filled in by the build. */
declare const ASSETS: readonly string[]
declare const STATE: string

/** What a service worker's global scope has beyond a window's: the DOM library does not name it. */
interface Scope {
  readonly clients: { claim(): Promise<void> }
  skipWaiting(): Promise<void>
  addEventListener(type: 'install' | 'activate', listener: (event: ExtendableEvent) => void): void
  addEventListener(type: 'fetch', listener: (event: FetchEvent) => void): void
}

const scope = self as unknown as Scope
const CACHE = `hangup-${STATE}`

/** Keeps the page's files when they are new, and forgets older ones: once loaded, the page works without a network. */
scope.addEventListener('install', (event) => event.waitUntil(keepAll()))
scope.addEventListener('activate', (event) => event.waitUntil(forgetOld()))
scope.addEventListener('fetch', (event) => {
  const { pathname, origin } = new URL(event.request.url)
  if (event.request.method === 'GET' && origin === location.origin && ASSETS.includes(pathname))
    event.respondWith(answer(event.request, pathname))
})

async function keepAll(): Promise<void> {
  const cache = await caches.open(CACHE)
  await cache.addAll([...ASSETS])
  await scope.skipWaiting()
}

async function forgetOld(): Promise<void> {
  for (const name of await caches.keys()) if (name.startsWith('hangup-') && name !== CACHE) await caches.delete(name)
  await scope.clients.claim()
}

/** From the cache, which holds one state of the page whole; a file that was lost from it comes from the network. */
async function answer(request: Request, path: string): Promise<Response> {
  const cache = await caches.open(CACHE)
  return (await cache.match(path)) ?? fetch(request)
}
