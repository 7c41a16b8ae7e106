import { z } from 'zod'
import { knownEventTypes } from '@weir/events'
import { readLevel } from '../levels.ts'
import { readDimension } from '../lifted-fields.ts'
import { isRefusal } from '../refusal.ts'
import { isStorableText } from '../storable.ts'
import { readTimestamp } from '../timestamp.ts'
import { readIdentifier } from './read-envelope.ts'

const identifier = z
  .union([z.string().min(1).max(256), z.int()])
  .refine((value) => readIdentifier(value) !== undefined, 'must have printable characters only')

const anyTime = { maxAgeMs: Infinity, maxFutureMs: Infinity }
const readSource = readDimension(80)

/**
 * What `POST /log` documents of one event. `toEvent` takes exactly what this takes, unless the event is too old,
 * too large, or holds what cannot be stored; a test holds the two together.
 */
export const nativeEvent = z
  .looseObject({
    event_type: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9_.:-]{0,99}$/)
      .meta({
        description: `What happened. Known types: ${Object.keys(knownEventTypes).join(', ')}. Any other is welcome.`,
        example: 'llm_query_sent',
      }),
    session_id: identifier.nullish().meta({ example: 123 }),
    timestamp: z
      .union([z.iso.datetime({ offset: true }), z.int()])
      .refine((value) => !isRefusal(readTimestamp(value, 0, anyTime)), 'must be an instant that exists')
      .optional()
      .meta({
        description:
          'When it happened: RFC 3339 with an offset, or milliseconds since the epoch. Absent: on receipt.',
        example: '2026-11-20T10:30:45.123Z',
      }),
    source: z
      .string()
      .min(1)
      .max(80)
      .refine(
        (value) => readSource(value) !== undefined && isStorableText(value),
        'must be 1 to 80 bytes of text',
      )
      .nullish()
      .meta({ description: 'The gateway or program that sends.', example: 'gateway' }),
    level: z
      .string()
      .refine((value) => readLevel(value) !== undefined, 'must be the name of a level')
      .nullish()
      .meta({ description: 'trace, debug, info, warning, error or critical.', example: 'info' }),
    event_id: identifier
      .nullish()
      .meta({ description: 'Your own id of the event: sent again, the event is still counted once.' }),
    user_id: identifier.nullish().meta({ description: 'Who did it; also in the payload.', example: 'u1' }),
    payload: z
      .looseObject({ user_id: identifier.nullish() })
      .optional()
      .meta({
        description:
          'Anything. Known fields are counted: user_id, api_key_id, service, model, provider, input_tokens, ' +
          'output_tokens, tokens_used, cost (USD), latency_ms, ttft_ms, status, method, path, route, client_ip, error_type, …',
        example: { model: 'gpt-4o', tokens_used: 1299, cost: 0.0123, latency_ms: 873, user_id: 'u1' },
      }),
  })
  .meta({
    id: 'Event',
    description: 'One thing that happened. Unknown top-level fields are kept in the payload.',
  })
