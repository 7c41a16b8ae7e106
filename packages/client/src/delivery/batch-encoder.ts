import { ValueCopier } from '../core/copy-value.ts'
import { encodeEvent, type EncodedEvent, type EventDefaults } from '../core/encode-event.ts'
import type { EventRecord } from '../core/event-record.ts'
import type { Reports } from '../core/reports.ts'
import { shrinkEvent } from './shrink-event.ts'

/** An event as it goes over the wire. */
export type WireEvent = Record<string, unknown>

/** Gives the event as it is to be sent, or `null` to drop it. */
export type BeforeSend = (event: WireEvent) => WireEvent | null | undefined

export interface EncoderOptions {
  newId: () => string
  defaults: EventDefaults
  beforeSend: BeforeSend | undefined
  /** Bytes of JSON; what is larger is cut, and dropped if that does not help. */
  maxEventBytes: number
  reports: Reports
}

/** Turns records into text, without those that cannot be sent. */
export class BatchEncoder {
  readonly #options: EncoderOptions

  constructor(options: EncoderOptions) {
    this.#options = options
  }

  encode(records: readonly EventRecord[]): EncodedEvent[] {
    return records.flatMap((record) => this.#encode(record) ?? [])
  }

  #encode(record: EventRecord): EncodedEvent | undefined {
    const { newId, defaults, maxEventBytes, reports } = this.#options
    let event: EncodedEvent | undefined
    try {
      event = encodeEvent(record, newId, defaults)
    } catch {
      reports.drop('unreadable', 1)
      return undefined
    }
    event = this.#passBeforeSend(event)
    // No character takes more than three bytes for each of its UTF-16 units.
    if (event === undefined || event.json.length <= maxEventBytes / 3) return event
    if (Buffer.byteLength(event.json) <= maxEventBytes) return event
    const shorter = shrinkEvent(event, maxEventBytes)
    if (shorter === undefined) reports.drop('too-large', 1)
    return shorter
  }

  #passBeforeSend(event: EncodedEvent): EncodedEvent | undefined {
    const { beforeSend, reports } = this.#options
    if (beforeSend === undefined) return event
    try {
      // Its own text: always an object.
      const changed = beforeSend(JSON.parse(event.json) as WireEvent)
      if (changed !== null && changed !== undefined) {
        // Copied, because the host may have put anything there; the id stays, because retries are known by it.
        const copy = new ValueCopier().copy({ ...changed, event_id: undefined })
        const json = JSON.stringify(copy)
        return {
          id: event.id,
          json: `{"event_id":${JSON.stringify(event.id)}${json === '{}' ? '' : ','}${json.slice(1)}`,
        }
      }
    } catch {
      // Whoever scrubs events would not have them sent unscrubbed.
      reports.trouble('before-send', 'Weir: beforeSend threw; the event is dropped.')
    }
    reports.drop('before-send', 1)
    return undefined
  }
}
