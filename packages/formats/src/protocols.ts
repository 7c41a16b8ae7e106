import { otlpLogs, otlpTraces } from './otlp/protocols.ts'
import type { Protocol } from './protocol.ts'

/** Every protocol that has paths of its own. */
export const protocols: readonly Protocol[] = [otlpLogs, otlpTraces]

const byName: ReadonlyMap<string, Protocol> = new Map(protocols.map((protocol) => [protocol.name, protocol]))

/** The protocol with this name. */
export function findProtocol(name: string): Protocol | undefined {
  return byName.get(name)
}
