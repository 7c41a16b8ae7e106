import { expect, test } from '@jest/globals'
import { anEvent } from '@weir/database/testing'
import { EventLines } from './event-lines.ts'
import type { Segment } from './insert-batches.ts'
import { toOutcomes } from './outcomes.ts'
import { aBatch, producerId } from './testing.ts'

const acceptedAt = '2026-11-20T10:59:59.999Z'
const acceptedHour = '2026-11-20T10:00:00Z'

/** The rows of batches of which every project is new. */
function fresh(...batches: ReturnType<typeof aBatch>[]): Segment[] {
  return batches.map(({ header, rows }) => ({
    header,
    projectIds: Object.keys(header.projects),
    lines: EventLines.of(rows),
  }))
}

const of = (...projectIds: number[]) => projectIds.map((id) => anEvent({ project_id: id }))

test('events are counted by project, hour of acceptance and producer', () => {
  const other = '11111111-2222-4333-8444-555555555555'
  const rows = fresh(
    aBatch(of(1, 2, 1), undefined, { acceptedAt }),
    aBatch(of(1), undefined, { acceptedAt: '2026-11-20T11:00:00.000Z' }),
    aBatch(of(2, 2), undefined, { acceptedAt, producer: other }),
    aBatch(of(1), undefined, { acceptedAt }),
  )
  expect(toOutcomes(rows, { duplicates: [], quarantined: [] })).toEqual([
    { projectId: 1, acceptedHour, producerId, stored: 3, duplicate: 0 },
    { projectId: 2, acceptedHour, producerId, stored: 1, duplicate: 0 },
    { projectId: 1, acceptedHour: '2026-11-20T11:00:00Z', producerId, stored: 1, duplicate: 0 },
    { projectId: 2, acceptedHour, producerId: other, stored: 2, duplicate: 0 },
  ])
})

test('duplicates and quarantined events are taken out of the batch that they came in', () => {
  const rows = fresh(
    aBatch(of(1, 2), undefined, { acceptedAt }),
    aBatch(of(2, 1, 1), undefined, { acceptedAt: '2026-11-20T11:00:00.000Z' }),
  )
  expect(toOutcomes(rows, { duplicates: [1, 4], quarantined: [0, 2] })).toEqual([
    { projectId: 1, acceptedHour, producerId, stored: 0, duplicate: 0 },
    { projectId: 2, acceptedHour, producerId, stored: 0, duplicate: 1 },
    { projectId: 1, acceptedHour: '2026-11-20T11:00:00Z', producerId, stored: 1, duplicate: 1 },
    { projectId: 2, acceptedHour: '2026-11-20T11:00:00Z', producerId, stored: 0, duplicate: 0 },
  ])
})

test('rows count, not what the header says of them', () => {
  const rows = fresh(
    aBatch(of(1, 1), undefined, { acceptedAt, projects: { 1: 3 } }),
    aBatch(of(1, 2, 2), undefined, { acceptedAt, projects: { 1: 5, 2: 1 } }),
  )
  expect(toOutcomes(rows, { duplicates: [], quarantined: [] })).toMatchObject([
    { projectId: 1, stored: 3 },
    { projectId: 2, stored: 2 },
  ])
})

test('a batch that no producer counted is left out', () => {
  const rows = fresh(aBatch(of(1), undefined, { producer: undefined }))
  expect(toOutcomes(rows, { duplicates: [], quarantined: [] })).toEqual([])
})
