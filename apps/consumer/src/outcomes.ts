import { acceptedHourOf, columnIndex, type BatchHeader } from '@weir/events'
import type { PoolClient } from 'pg'
import type { FreshRefused, Segment } from './insert-batches.ts'

/** Which of the fresh lines were not stored, by where they stand, ascending; all others were. */
export interface Written {
  duplicates: readonly number[]
  quarantined: readonly number[]
}

/** What became of the events of one project, hour of acceptance and producer in one transaction. */
export interface Outcome {
  projectId: number
  acceptedHour: string
  producerId: string
  stored: number
  duplicate: number
}

/**
 * Counts what a transaction did, by project, hour and producer: from the lines that were written, not from what
 * the header says of them, so that events which go missing on the way do not go unnoticed. Costs by the batch
 * and by the line that was not stored. What is in the quarantine is not counted here: its rows are; those of
 * `refused` are the ones that it had already.
 */
export function toOutcomes(
  segments: readonly Segment[],
  { duplicates, quarantined }: Written,
  refused: readonly FreshRefused[] = [],
): Outcome[] {
  const outcomes = new Outcomes()
  for (const { header, record } of refused) outcomes.add(header, String(record.projectId), 0, 1)
  let nextDuplicate = 0
  let nextQuarantined = 0
  let start = 0
  for (const segment of segments) {
    const end = start + segment.lines.count
    for (const [projectId, count] of countByProject(segment))
      outcomes.add(segment.header, projectId, count, 0)
    for (let index = duplicates[nextDuplicate]; index !== undefined && index < end;) {
      outcomes.add(segment.header, ownerOf(segment, index - start), -1, 1)
      index = duplicates[(nextDuplicate += 1)]
    }
    for (let index = quarantined[nextQuarantined]; index !== undefined && index < end;) {
      outcomes.add(segment.header, ownerOf(segment, index - start), -1, 0)
      index = quarantined[(nextQuarantined += 1)]
    }
    start = end
  }
  return outcomes.list()
}

/** Adds to the counts. Sorted, so that transactions which add to the same rows wait instead of deadlocking. */
export async function enterOutcomes(client: PoolClient, outcomes: readonly Outcome[]): Promise<void> {
  if (outcomes.length === 0) return
  await client.query({
    name: 'enter-outcomes',
    text: `
      insert into outcome_counts as total
        (project_id, accepted_hour, producer_id, shard, stored, duplicate, deleted, updated_at)
      select project_id, accepted_hour, producer_id, pg_backend_pid() % 16, stored, duplicate, 0, clock_timestamp()
      from unnest($1::int[], $2::timestamptz[], $3::uuid[], $4::int[], $5::int[])
        as outcome (project_id, accepted_hour, producer_id, stored, duplicate)
      order by project_id, accepted_hour, producer_id
      on conflict (project_id, accepted_hour, producer_id, shard) do update set
        stored = total.stored + excluded.stored,
        duplicate = total.duplicate + excluded.duplicate,
        updated_at = excluded.updated_at`,
    values: [
      outcomes.map(({ projectId }) => projectId),
      outcomes.map(({ acceptedHour }) => acceptedHour),
      outcomes.map(({ producerId }) => producerId),
      outcomes.map(({ stored }) => stored),
      outcomes.map(({ duplicate }) => duplicate),
    ],
  })
}

class Outcomes {
  readonly #byKey = new Map<string, Outcome>()

  add(header: BatchHeader, projectId: string, stored: number, duplicate: number): void {
    const producerId = header.producer
    // Written by a release that did not say: no producer counted it either.
    if (producerId === undefined) return
    const acceptedHour = acceptedHourOf(header)
    const key = `${projectId} ${acceptedHour} ${producerId}`
    let outcome = this.#byKey.get(key)
    if (outcome === undefined) {
      outcome = { projectId: Number(projectId), acceptedHour, producerId, stored: 0, duplicate: 0 }
      this.#byKey.set(key, outcome)
    }
    outcome.stored += stored
    outcome.duplicate += duplicate
  }

  list(): Outcome[] {
    return [...this.#byKey.values()]
  }
}

function countByProject(segment: Segment): Map<string, number> {
  const { header, projectIds, lines } = segment
  const [first = ''] = projectIds
  if (projectIds.length === 1) return new Map([[first, lines.count]])
  const said = projectIds.map((id): [string, number] => [id, header.projects[id] ?? 0])
  if (said.reduce((sum, [, count]) => sum + count, 0) === lines.count) return new Map(said)
  // The header is wrong about the batch: only then is it worth looking at each line.
  const counts = new Map<string, number>()
  for (let index = 0; index < lines.count; index += 1) {
    const id = ownerOf(segment, index)
    counts.set(id, (counts.get(id) ?? 0) + 1)
  }
  return counts
}

/** A line that is too damaged to say whose it is is missed in the first project: somebody has to look at it. */
function ownerOf({ projectIds, lines }: Segment, index: number): string {
  const said = lines.fieldOf(index, columnIndex.project_id)
  return projectIds.includes(said) ? said : (projectIds[0] ?? '')
}
