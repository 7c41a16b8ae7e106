import { expect, test } from '@jest/globals'
import { startTestProducer } from './testing.ts'
test('x', async () => {
  await using p = await startTestProducer()
  const a = await p.post('{"event_type":"a"}')
  expect(a.status).toBe(202)
  const b = await p.post(JSON.stringify(Array.from({length:500},()=>({event_type:'a',payload:{x:'a\tb'}}))))
  expect(b.status).toBe(202)
  expect(p.lastRows(1)).toMatchObject([{event_type:'a'}])
  let seen=0
  process.on('unhandledRejection', () => { seen+=1 })
  void Promise.reject(new Error('boo'))
  await new Promise(r => setTimeout(r,50))
  expect(seen).toBe(1)
})
