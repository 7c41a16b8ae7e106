import { sleep } from '@weir/runtime'
import type { Installation, ServiceName } from '../rig/installation.ts'

/** The memory of a process, in bytes. */
export interface Memory {
  resident: number
  heap: number
}

export type Memories = Record<ServiceName, Memory>

const samples = 20
const intervalMs = 100

/**
 * How far a process may grow between the warm-up and the end: garbage that was not collected yet, and, outside
 * of the heap, the buffers and pools that a process of some seconds does not have all of. Over 150,000 requests
 * a leak of two kilobytes a request is more than that.
 */
const maxGrowthRatio = 1.3
const maxGrowthBytes = { resident: 128 * 1024 ** 2, heap: 48 * 1024 ** 2 }

/** The least that each service needs within two seconds: the nearest to what is left after a collection. */
export async function readMemories({ services }: Installation): Promise<Memories> {
  const least = async (name: ServiceName): Promise<Memory> => {
    const memory = { resident: Infinity, heap: Infinity }
    for (let sample = 0; sample < samples; sample += 1) {
      const metrics = (await services[name].get('/metrics')) ?? ''
      memory.resident = Math.min(memory.resident, readMetric(metrics, 'process_resident_memory_bytes'))
      memory.heap = Math.min(memory.heap, readMetric(metrics, 'nodejs_heap_size_used_bytes'))
      await sleep(intervalMs)
    }
    return memory
  }
  const [producer, consumer, query] = await Promise.all([
    least('producer'),
    least('consumer'),
    least('query'),
  ])
  return { producer, consumer, query }
}

/** What has grown more than it may, a line each. */
export function findGrowth(before: Memories, after: Memories): string[] {
  const names = ['producer', 'consumer', 'query'] as const
  return names.flatMap((name) =>
    (['resident', 'heap'] as const).flatMap((kind) => {
      const [from, to] = [before[name][kind], after[name][kind]]
      // A sample that could not be read is no proof of anything.
      const isFine = to <= from * maxGrowthRatio + maxGrowthBytes[kind]
      return isFine ? [] : [`${name}: ${kind} memory went from ${toMiB(from)} to ${toMiB(to)}`]
    }),
  )
}

/** Memory of all services in one line. */
export function describeMemories(memories: Memories): string {
  return Object.entries(memories)
    .map(([name, { resident, heap }]) => `${name} ${toMiB(resident)} (heap ${toMiB(heap)})`)
    .join(' · ')
}

function toMiB(bytes: number): string {
  return `${Math.round(bytes / 1024 ** 2)} MiB`
}

function readMetric(metrics: string, name: string): number {
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(metrics)?.[1] ?? NaN)
}
