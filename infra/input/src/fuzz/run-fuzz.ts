import { say } from '@weir/chaos/progress'
import type { Installation } from '../rig/installation.ts'
import { describeMemories, findGrowth, readMemories, type Memories } from './memory.ts'
import type { Options } from './options.ts'
import { createRequest, type RequestOptions } from './requests.ts'
import { readRoutes } from './routes.ts'
import { Sender } from './sender.ts'
import { Tally } from './tally.ts'
import { verify } from './verify.ts'

const atOnce = 24
const progressMs = 5_000

/** Sends all requests. Gives what is wrong, a line each. */
export async function runFuzz(installation: Installation, { seed, requests }: Options): Promise<string[]> {
  const [producerDocument, queryDocument] = await Promise.all([
    installation.producer.send({ path: '/openapi.json' }),
    installation.query.send({ path: '/openapi.json' }),
  ])
  const routes = [
    ...readRoutes('producer', producerDocument.text),
    ...readRoutes('query', queryDocument.text),
  ]
  say(`${routes.length} routes to read, and POST /log`)
  const tally = new Tally()
  const timer = setInterval(() => say(`${tally.done} of ${requests}: ${tally.describe()}`), progressMs)
  try {
    const options = { seed, routes, nowMs: Date.now() }
    // The first part warms up: code is compiled, caches and pools are filled.
    const warmUp = Math.ceil(requests / 4)
    await sendAll(installation, options, { from: 0, to: warmUp }, tally)
    const before = await readMemories(installation)
    say(`after the warm-up: ${describeMemories(before)}`)
    await sendAll(installation, options, { from: warmUp, to: requests }, tally)
    say(`${tally.done} requests: ${tally.describe()}`)
    return [
      ...tally.failures,
      ...(await verify(installation, tally.ids)),
      ...(await compare(installation, before)),
    ]
  } finally {
    clearInterval(timer)
  }
}

async function sendAll(
  installation: Installation,
  options: RequestOptions,
  range: { from: number; to: number },
  tally: Tally,
): Promise<void> {
  using sender = new Sender(installation)
  let next = range.from
  const work = async (): Promise<void> => {
    while (next < range.to) {
      const index = next
      next += 1
      const request = createRequest(options, index)
      tally.note(index, request, await sender.send(request))
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work))
}

async function compare(installation: Installation, before: Memories): Promise<string[]> {
  const after = await readMemories(installation)
  say(`at the end: ${describeMemories(after)}`)
  return findGrowth(before, after)
}
