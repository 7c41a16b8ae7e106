import { z } from 'zod'
import { knownEventTypes } from '@weir/events'

/** What `POST /log` documents of one event. `toEvent` takes exactly what this takes, and lifts what it knows. */
export const nativeEvent = z
  .looseObject({
    event_type: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9_.:-]{0,99}$/)
      .meta({
        description: `What happened. Known types: ${Object.keys(knownEventTypes).join(', ')}. Any other is welcome.`,
        example: 'llm_query_sent',
      }),
    session_id: z
      .union([z.string().min(1).max(256), z.int()])
      .nullish()
      .meta({ example: 123 }),
    timestamp: z
      .union([z.iso.datetime({ offset: true }), z.int()])
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
      .nullish()
      .meta({ description: 'The gateway or program that sends.', example: 'gateway' }),
    level: z
      .string()
      .nullish()
      .meta({ description: 'trace, debug, info, warning, error or critical.', example: 'info' }),
    event_id: z
      .union([z.string().min(1).max(256), z.int()])
      .nullish()
      .meta({ description: 'Your own id of the event: sent again, the event is still counted once.' }),
    payload: z
      .record(z.string(), z.unknown())
      .optional()
      .meta({
        description:
          'Anything. Known fields are counted: user_id, service, model, provider, input_tokens, output_tokens, ' +
          'tokens_used, cost (USD), latency_ms, ttft_ms, status, method, path, route, client_ip, error_type, …',
        example: { model: 'gpt-4o', tokens_used: 1299, cost: 0.0123, latency_ms: 873, user_id: 'u1' },
      }),
  })
  .meta({
    id: 'Event',
    description: 'One thing that happened. Unknown top-level fields are kept in the payload.',
  })
