import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { anEvent } from '@weir/database/testing'
import { listRoutes } from '@weir/http/testing'
import { openTestApp, type TestApp } from './open-test-app.ts'

/** Stands in every text of the first project's events, and in nothing of the second's. */
const mark = 'of-the-first-project'
const eventId = '01972a5e-9d80-7000-8000-0000000000a1'

let service: TestApp
let quarantineId: string

beforeAll(async () => {
  service = await openTestApp()
  const texts = {
    event_type: mark,
    source: mark,
    service: mark,
    user_id: mark,
    session_id: mark,
    llm_model: mark,
  }
  const at = new Date(Date.now() - 60_000).toISOString()
  const first = {
    ...texts,
    occurred_at: at,
    received_at: at,
    route: mark,
    path: `/${mark}`,
    status_code: 500,
  }
  await service.store([
    anEvent({ ...first, id: eventId, payload: JSON.stringify({ mark }) }),
    anEvent({ project_id: 2, event_type: 'of-the-second', occurred_at: at, received_at: at }),
  ])
  await service.fold()
  const { rows } = await service.database.pool.query<{ id: string }>(
    `insert into quarantine (project_id, batch_id, accepted_hour, producer_id, reason, detail, raw)
     values (1, gen_random_uuid(), date_trunc('hour', now()), gen_random_uuid(), $1, $1, $2) returning id`,
    [mark, Buffer.from(mark)],
  )
  quarantineId = String(rows[0]?.id)
})

afterAll(async () => service[Symbol.asyncDispose]())

/** A path with the first project's ids where the route has parameters. */
function pathOf(route: string): string {
  return route
    .replace('/events/:id', `/events/${eventId}`)
    .replace('/quarantine/:id', `/quarantine/${quarantineId}`)
}

/** What is asked of a route beside its path, so that it would show the mark if it could. */
const questions = [
  '',
  '?days=1',
  `?days=1&user_id=${mark}`,
  `?days=1&event_type=${mark}`,
  '?days=1&group_by=model',
  '?days=1&group_by=user_id',
  '?days=1&compare=previous',
]

const isAboutEvents = (route: string): boolean => !/^\/(?:docs|health|openapi|metrics)/.test(route)

test('no route shows anything of one project to a key of another', async () => {
  const routes = listRoutes(service.app)
    .filter((route) => route.startsWith('GET '))
    .map((route) => route.slice('GET '.length))
    .filter(isAboutEvents)
  expect(routes.length).toBeGreaterThanOrEqual(8)
  let shown = 0
  for (const route of routes) {
    const [own, other] = /^\/(?:quarantine|reconciliation)/.test(route)
      ? (['admin', 'otherAdmin'] as const)
      : (['reader', 'other'] as const)
    for (const question of questions) {
      const path = `${pathOf(route)}${question}`
      if ((await service.get(path, own)).text.includes(mark)) shown += 1
      const answer = await service.get(path, other)
      // What was asked for may be repeated: of those answers only the counts can give something away.
      const isTold = answer.text.includes(mark) && !question.includes(mark)
      expect([path, isTold]).toEqual([path, false])
      expect([path, countsOf(answer)]).toEqual([path, 0])
    }
  }
  // The first project itself sees the mark nearly everywhere: the test looks at what would show it.
  expect(shown).toBeGreaterThan(routes.length)
})

/** How many events an answer to a question about the first project's texts speaks of. */
function countsOf({
  status,
  body,
  request: { url },
}: {
  status: number
  body: unknown
  request: { url: string }
}): number {
  if (status !== 200 || !url.includes(`=${mark}`)) return 0
  const text = JSON.stringify(body)
  const counts = [...text.matchAll(/"(?:total_\w+|count|events)":(\d+)/g)].map(([, digits]) => Number(digits))
  return Math.max(0, ...counts)
}
