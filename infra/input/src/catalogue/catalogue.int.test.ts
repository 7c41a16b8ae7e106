import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { verifyRollups } from '@weir/database'
import { until } from '@weir/chaos/wait'
import type { Answer } from '@weir/http/testing'
import { catalogue } from './catalogue.ts'
import { good, type Stage } from './entry.ts'
import { openStage } from './open-stage.ts'
import { toReport, type Outcome } from './report.ts'

// Everything that should not be sent, played against the real services. After each case the next good request
// works, nothing was answered with a 500, and in the end everything that was acknowledged is stored.

let stage: Stage
let directory: string
const outcomes: Outcome[] = []
/** The ids of all events that were acknowledged by one installation or the other. */
const acknowledged = new Set<string>()

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'weir-catalogue-'))
  stage = await openStage(directory)
})
afterAll(async () => {
  process.stdout.write(toReport(outcomes))
  await stage[Symbol.asyncDispose]()
  await rm(directory, { recursive: true, force: true })
})

function expectAnswer(answer: Answer, status: number, kind: string | undefined): void {
  expect({ status: answer.status, kind: answer.kind }).toEqual({ status, kind })
  if (kind === undefined) return
  // Every refusal is a problem that says what is wrong, and never what the program is made of.
  expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8')
  expect(answer.text).toMatch(/"title":".+","status":\d+,"detail":".+"/)
  expect(answer.text).not.toMatch(/node_modules|\.ts:|select |insert |log_events|SQLSTATE|relation/)
}

async function expectGoodRequestsToWork(): Promise<void> {
  const kept = await stage.producer.post(good)
  expect(kept.status).toBe(202)
  acknowledged.add(String(kept.json['id']))
  expect((await stage.query.send({ path: '/events?limit=1' })).status).toBe(200)
  expect({}).not.toHaveProperty('polluted')
}

async function countAcknowledged({ pool }: Pick<Stage, 'pool'>): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    'select count(*)::int as count from log_events where id = any($1::uuid[])',
    [[...acknowledged]],
  )
  return rows[0]?.count ?? 0
}

test('the catalogue has each of its rows once', () => {
  const ranges = [
    [1, 32],
    [40, 54],
    [60, 75],
    [80, 94],
    [100, 117],
    [120, 142],
    [150, 184],
    [190, 196],
  ]
  const ids = ranges.flatMap(([from = 0, to = 0]) =>
    Array.from({ length: to - from + 1 }, (_none, index) => `B${String(from + index).padStart(3, '0')}`),
  )
  expect(catalogue.map(({ id }) => id).toSorted()).toEqual(ids)
  expect(catalogue.filter(({ cases }) => cases.length === 0)).toEqual([])
})

describe.each(catalogue.map((entry) => [entry.what, entry.id, entry] as const))(
  '%s [%s]',
  (_what, id, { cases }) => {
    // A case is one argument: Jest takes a parameter that a row leaves out for a callback to wait for.
    test.each(cases.map((one) => [one[0], one] as const))(
      '%s',
      async (_name, [, send, status, kind, check]) => {
        const answer = await send(stage)
        outcomes.push({ id, status: answer.status, kind: answer.kind })
        expectAnswer(answer, status, kind)
        await check?.(answer, stage)
        const { ids } = answer.json
        if (status === 202 && Array.isArray(ids)) for (const one of ids) acknowledged.add(String(one))
        await expectGoodRequestsToWork()
      },
    )
  },
)

test('everything that was acknowledged is stored, and counted right', async () => {
  await until('everything acknowledged is stored', 30_000, async () => {
    const counts = await Promise.all([stage, stage.fragile].map(countAcknowledged))
    return counts.reduce((sum, count) => sum + count, 0) === acknowledged.size
  })
  expect(acknowledged.size).toBeGreaterThan(1_000)
  const { rows } = await stage.pool.query('select reason from quarantine')
  expect(rows).toEqual([])
  expect((await verifyRollups(stage.db)).filter(({ isEqual }) => !isEqual)).toEqual([])
})

test('every answer has a status that the OpenAPI document of its service names for the route', async () => {
  expect(await stage.contract.findUndocumented(stage)).toEqual([])
})

test('no service logged an error, threw what nobody caught, or ended', async () => {
  expect(await stage.findTroubles()).toEqual([])
  expect(await stage.readLogs()).not.toMatch(/unhandled|uncaught|hunter2|s3cret|4111111111111111/i)
})
