import { createKey, findOrCreateProject, firstProjectName, revokeKey, type CreatedKey } from '@weir/http'
import { sleep } from '@weir/runtime'
import { z } from 'zod'
import type { Addresses } from '../config.ts'
import type { KeyNews } from '../first-key.ts'
import { toUrl } from '../services.ts'
import { withDatabase } from '../with-database.ts'
import { generateWeek } from './demo-day.ts'
import { describeTour } from './describe-tour.ts'
import { ProgressBar, type ProgressOutput } from './progress-bar.ts'
import { sendEvents } from './send-events.ts'

export interface DemoOptions {
  addresses: Addresses
  databaseUrl: string
  key: KeyNews
  output: ProgressOutput
  signal: AbortSignal
}

/** Another seed makes other events beside those that are there. */
const seed = 'weir'
const storedDeadlineMs = 120_000
const queueStatus = z.object({
  queue_size: z.number(),
  journal: z.object({ unconfirmed_batches: z.number() }),
})

/**
 * Sends a believable week, ending now, through POST /log with a key of its own, waits until it is stored, and says
 * what to look at. The events of a day are always the same: a second run adds only what is new.
 */
export async function runDemo(options: DemoOptions): Promise<void> {
  const { addresses, databaseUrl, key, output, signal } = options
  if (signal.aborted) return
  output.write(
    '\nAdding a demonstration: a week of a gateway that serves people and calls of language models.\n',
  )
  const events = [...generateWeek(new Date(), seed)]
  const producerUrl = toUrl(addresses.producer)
  const own = await createDemoKey(databaseUrl)
  const bar = new ProgressBar(output, events.length, 'events')
  let sent = 0
  try {
    await sendEvents(events, {
      producerUrl,
      key: own.text,
      signal,
      onSent: (count) => bar.show((sent += count)),
    })
    await untilStored(producerUrl, own.text, signal)
  } finally {
    await withDatabase(databaseUrl, (db) => revokeKey(db, own.key.id))
  }
  if (!signal.aborted) output.write(describeTour(toUrl(addresses.query), key, new Date()))
}

function createDemoKey(databaseUrl: string): Promise<CreatedKey> {
  return withDatabase(databaseUrl, async (db) =>
    createKey(db, {
      projectId: await findOrCreateProject(db, firstProjectName),
      name: 'demonstration',
      scopes: ['ingest'],
      requestsPerMinute: 100_000,
      // Also when this process is killed before it can revoke it.
      expiresAt: new Date(Date.now() + 3_600_000),
    }),
  )
}

async function untilStored(producerUrl: string, key: string, signal: AbortSignal): Promise<void> {
  const deadline = performance.now() + storedDeadlineMs
  while (!signal.aborted && performance.now() < deadline) {
    const response = await fetch(`${producerUrl}/queue/status`, { headers: { 'X-API-Key': key } })
    const status = queueStatus.safeParse(await response.json())
    if (status.success && status.data.queue_size === 0 && status.data.journal.unconfirmed_batches === 0)
      return
    await sleep(200, signal)
  }
}
