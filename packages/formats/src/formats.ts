import { apisix } from './apisix/apisix.ts'
import { awsApiGateway } from './aws-api-gateway/aws-api-gateway.ts'
import { caddy } from './caddy/caddy.ts'
import { cloudflare } from './cloudflare/cloudflare.ts'
import { envoy } from './envoy/envoy.ts'
import { type Delivery, type Format, type JsonObject } from './format.ts'
import { haproxy } from './haproxy/haproxy.ts'
import { kong } from './kong/kong.ts'
import { native } from './native/format.ts'
import { nginx } from './nginx/nginx.ts'
import { otlp } from './otlp/otlp.ts'
import { traefik } from './traefik/traefik.ts'
import { tyk } from './tyk/tyk.ts'

/** Every format that `POST /log` recognises, in the order in which they are tried: the first match wins. */
export const formats: readonly Format[] = [
  native,
  otlp,
  kong,
  apisix,
  traefik,
  caddy,
  envoy,
  cloudflare,
  tyk,
  nginx,
  haproxy,
  awsApiGateway,
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

/** The format of a record. `last` is that of the record before it, which is nearly always the same. */
export function recognise(record: JsonObject, delivery: Delivery, last?: Format): Format | undefined {
  if (delivery.format !== undefined) return byName.get(delivery.format)
  // Only what comes first in the order may be asked first without changing who wins.
  if (last === formats[0] && last?.recognises(record, delivery) === true) return last
  return formats.find((format) => format.recognises(record, delivery))
}
