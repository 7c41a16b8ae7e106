import { apisix } from './apisix/apisix.ts'
import { awsApiGateway } from './aws-api-gateway/aws-api-gateway.ts'
import { caddy } from './caddy/caddy.ts'
import { cloudevents } from './cloudevents/cloudevents.ts'
import { cloudflare } from './cloudflare/cloudflare.ts'
import { envoy } from './envoy/envoy.ts'
import { fluentBit } from './fluent-bit/fluent-bit.ts'
import { type Delivery, type Format, type JsonObject } from './format.ts'
import { haproxy } from './haproxy/haproxy.ts'
import { helicone } from './helicone/helicone.ts'
import { jsonLog } from './json-log/json-log.ts'
import { kong } from './kong/kong.ts'
import { litellm } from './litellm/litellm.ts'
import { native } from './native/format.ts'
import { nginx } from './nginx/nginx.ts'
import { otlp } from './otlp/otlp.ts'
import { pino } from './pino/pino.ts'
import { portkey } from './portkey/portkey.ts'
import { rsyslog } from './rsyslog/rsyslog.ts'
import { syslogNg } from './syslog-ng/syslog-ng.ts'
import { text } from './text/text.ts'
import { traefik } from './traefik/traefik.ts'
import { tyk } from './tyk/tyk.ts'
import { vector } from './vector/vector.ts'
import { winston } from './winston/winston.ts'

/** Every format that `POST /log` recognises, in the order in which they are tried: the first match wins. */
export const formats: readonly Format[] = [
  native,
  otlp,
  cloudevents,
  kong,
  apisix,
  traefik,
  caddy,
  envoy,
  cloudflare,
  litellm,
  portkey,
  tyk,
  helicone,
  nginx,
  haproxy,
  awsApiGateway,
  syslogNg,
  rsyslog,
  pino,
  vector,
  fluentBit,
  winston,
  text,
  jsonLog,
]

const byName: ReadonlyMap<string, Format> = new Map(formats.map((format) => [format.name, format]))

/** The format with this name. */
export function findFormat(name: string): Format | undefined {
  return byName.get(name)
}

/** Whether it is another format than Weir's own: its senders cannot mend what they send. */
export function isForeign(name: string | undefined): boolean {
  return name !== undefined && name !== native.name
}

/** The format of a record. */
export function recognise(record: JsonObject, delivery: Delivery): Format | undefined {
  if (delivery.format !== undefined) return byName.get(delivery.format)
  return formats.find((format) => format.recognises(record, delivery))
}
