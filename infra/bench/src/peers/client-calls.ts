import { createWeir } from '@weir/client'
import { pino } from 'pino'
import { EventMaker } from '../events/event-maker.ts'
import { median } from '../statistics.ts'

// What a call costs its caller: the client's `log`, and `pino.info` of the same objects to nowhere, in turns. Prints one
// line of JSON. What the client does later, encoding and compressing, is its `cpu`.

const blocks = 400
const callsOfBlock = 1_000
const warmUpBlocks = 100

const maker = new EventMaker(7)
const events = Array.from({ length: callsOfBlock }, () => ({ ...maker.next(new Date().toISOString()) }))

const weir = createWeir({
  url: 'http://127.0.0.1:9/log',
  apiKey: 'bench',
  source: 'bench',
  // Taken at once: the network is no part of what is measured.
  post: () => Promise.resolve({ status: 202, retryAfter: undefined, body: '{"accepted":500}' }),
})
const logger = pino({}, { write: () => undefined })

const pinoNs: number[] = []
const logNs: number[] = []
let flushedCpuUs = 0
for (let block = 0; block < blocks + warmUpBlocks; block += 1) {
  pinoNs.push(nanosecondsOfCall((event) => logger.info(event)))
  const before = process.cpuUsage()
  logNs.push(nanosecondsOfCall(weir.log))
  await weir.flush()
  const { user, system } = process.cpuUsage(before)
  if (block >= warmUpBlocks) flushedCpuUs += user + system
}
const { delivered, dropped } = weir.stats()
const calls = (blocks + warmUpBlocks) * callsOfBlock
if (delivered !== calls || dropped > 0) throw new Error(`${delivered} of ${calls} events were delivered`)
process.stdout.write(
  `${JSON.stringify({
    pino: median(pinoNs.slice(warmUpBlocks)),
    log: median(logNs.slice(warmUpBlocks)),
    cpu: flushedCpuUs / (blocks * callsOfBlock),
  })}\n`,
)

function nanosecondsOfCall(call: (event: (typeof events)[number]) => void): number {
  const startedAt = process.hrtime.bigint()
  for (const event of events) call(event)
  return Number(process.hrtime.bigint() - startedAt) / events.length
}
