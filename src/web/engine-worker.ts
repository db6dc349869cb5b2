import type { EngineReply, EngineRequest } from './engine-protocol.ts'

addEventListener('message', ({ data }: MessageEvent<EngineRequest>) => {
  const reply: EngineReply = { id: data.id, kind: 'failed', message: 'no engine yet', advice: 'Wait for it' }
  postMessage(reply)
})
