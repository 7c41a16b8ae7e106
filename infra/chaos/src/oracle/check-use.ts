import { readUse } from '../rig/read-use.ts'
import type { Service } from '../rig/service.ts'

/** Beyond what it had when it was ready: connections to its servers, which are made as they are needed. */
const maxMoreFiles = 40
const maxMemoryBytes = 512 * 1_048_576

/** Tells what a service that has calmed down still holds and should not. */
export async function checkUse(service: Service): Promise<string[]> {
  const use = await readUse(service.pid)
  if (use === undefined) return []
  const files = use.files - (service.useAtStart?.files ?? 0)
  const memory = Math.round(use.memoryBytes / 1_048_576)
  return [
    ...(files > maxMoreFiles ? [`the ${service.name} has ${files} more open files than at its start`] : []),
    ...(use.memoryBytes > maxMemoryBytes ? [`the ${service.name} holds ${memory} MiB`] : []),
  ]
}
