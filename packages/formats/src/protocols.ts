import { otlpLogs, otlpTraces } from './otlp/protocols.ts'
import { elasticsearch } from './elasticsearch/elasticsearch.ts'
import { firehose } from './firehose/firehose.ts'
import { loki } from './loki/loki.ts'
import { posthog } from './posthog/posthog.ts'
import type { Protocol } from './protocol.ts'
import { segment } from './segment/segment.ts'
import { splunkHec, splunkHecRaw } from './splunk-hec/splunk-hec.ts'

/** Every protocol that has paths of its own. */
const protocols: readonly Protocol[] = [
  otlpLogs,
  otlpTraces,
  elasticsearch,
  splunkHec,
  splunkHecRaw,
  loki,
  segment,
  posthog,
  firehose,
]

const byName: ReadonlyMap<string, Protocol> = new Map(protocols.map((protocol) => [protocol.name, protocol]))

/** The protocol with this name. */
export function findProtocol(name: string): Protocol | undefined {
  return byName.get(name)
}
