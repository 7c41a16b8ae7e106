import { expect, test } from '@jest/globals'
import { createLogger } from '@weir/runtime'
import type { IntakeRequest } from './intake-request.ts'
import { IntakeThreads } from './intake-threads.ts'

test('a thread that a body ended is replaced', async () => {
  const lines: string[] = []
  const threads = new IntakeThreads(
    createLogger('test', 'info', { write: (line) => void lines.push(line) }),
    1,
  )
  const body = Buffer.from(`{"event_type":"a","payload":{"x":"${'x'.repeat(10_000)}"}}`)
  // No such request passes the types: it stands for a body that the code was not prepared for.
  const unexpected = {} as IntakeRequest
  for (const attempt of [1, 2, 3]) {
    await expect(async () => threads.accept(body, unexpected)).rejects.toThrow()
    expect(lines.filter((line) => line.includes('an intake thread failed'))).toHaveLength(attempt)
  }
  await threads.close()
})
