export type JsonObject = Record<string, unknown>

/**
 * A record in Weir's own form, as `toEvent` reads it: the fields of the envelope, names of `liftedFields`, and
 * in `payload` whatever else the record said. A lifted value that its column cannot hold stays in the payload.
 */
export interface NativeRecord extends JsonObject {
  event_type: string
  source: string
  /** RFC 3339 with an offset, or whole milliseconds since the epoch; that of receipt where it is left out. */
  timestamp?: string | number
  /** What the sender itself would send again with a retry. Unique in a project, so it begins with the format. */
  event_id?: string | number
  payload: JsonObject
}

/** What came with a body beside its bytes. Plain data: it crosses to another thread. */
export interface Delivery {
  /** Named by the sender, in `POST /log/{format}` or `?source=`: nothing is recognised then. */
  format: string | undefined
  /** Lower case, without parameters. */
  contentType: string | undefined
  /** The headers that formats read, names in lower case. */
  headers: Readonly<Record<string, string>>
  /** What the path and the query of a protocol's own address say. */
  parameters?: Readonly<Record<string, string>>
}

/** What a shipper of logs says around a record that it carries. */
export interface Carried {
  /** The record, or its JSON. */
  inside: unknown
  /** Fields of the native record, for what the record itself does not say. */
  fields: JsonObject
  /** All else that the shipper said: kept in the payload, under the shipper's name. */
  beside: JsonObject
}

/** One shape of what gateways send. Pure: the same record gives the same events, anywhere. */
export interface Format {
  /** As in `POST /log/{name}` and in an event's `source`. */
  name: string
  /** The status that its senders count as success, where that is not any 2xx. */
  successStatus?: number
  /** Whether a record has this shape, told by fields that no other format has. Quick: it looks at a few keys. */
  recognises: (record: JsonObject, delivery: Delivery) => boolean
  /** The records inside, where the whole body is an envelope of this format; undefined where it is none. */
  unwrap?: (body: JsonObject) => readonly unknown[] | undefined
  /** What the record carries of somebody else's, where it is one of a shipper of logs. */
  carries?: (record: JsonObject, delivery: Delivery) => Carried | undefined
  /** Whether any logger may have written it: inside of something else, that is its source. */
  isGeneric?: boolean
  /** The events of one record: mostly one, none for what is no event. Never throws, drops nothing. */
  translate: (record: JsonObject, delivery: Delivery) => readonly NativeRecord[]
}

/** Whether it is a JSON object, no list and not null. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
