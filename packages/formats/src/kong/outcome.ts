import { isJsonObject, type JsonObject } from '../format.ts'
import { toFirstText, toStatus } from '../http-values.ts'
import { valueAt } from '../mapping.ts'
import { toText } from '../values.ts'

/** A guardrail that refused what went to a model, or what came from it. */
export interface Block {
  /** `input` or `output`. */
  side: string
  guardrail: string
  reason: string
}

const blockReason = /^(input|output)_block_reason$/

/** Finds `ai.proxy.<guardrail>.input_block_reason` and its like, at either depth. */
export function findBlock(ai: JsonObject, guardrail = ''): Block | undefined {
  for (const [name, value] of Object.entries(ai)) {
    const side = blockReason.exec(name)?.[1]
    const reason = toText(Array.isArray(value) ? value.join(', ') : value)
    if (side !== undefined && reason !== undefined) return { side, guardrail, reason }
    const inside = isJsonObject(value) ? findBlock(value, name) : undefined
    if (inside !== undefined) return inside
  }
  return undefined
}

/** The facts of a failure: Kong itself answered with 5xx, a try to reach the upstream failed, or MCP was denied. */
export function readError(record: JsonObject): JsonObject {
  const denied = listAt(record, ['ai', 'mcp', 'audit']).some((entry) => entry['action'] === 'deny')
  if (denied) return { error_type: 'mcp_access_denied' }
  const status = toStatus(valueAt(record, ['response', 'status'])) ?? 0
  const error = listAt(record, ['ai', 'mcp', 'rpc']).find((call) => toText(call['error']) !== undefined)
  if (error !== undefined) return { error_type: 'mcp_error', error_message: toText(error['error']) }
  if (status < 500) return {}
  const source = toText(record['source'])
  const isUpstreams = source === undefined || source === 'upstream' || source === 'service'
  const failed = listAt(record, ['tries']).findLast((attempt) => toText(attempt['state']) !== undefined)
  if (failed !== undefined) {
    const message = [toText(failed['state']), toText(failed['code'])].filter((part) => part !== undefined)
    return { error_type: 'upstream_failed', error_message: message.join(' ') }
  }
  return isUpstreams ? {} : { error_type: 'gateway_error' }
}

/** The last of the codes in `500, 200 : 200`: for a record without the client's. */
export function toLastStatus(value: unknown): number | undefined {
  return toStatus(
    toFirstText(value)
      ?.split(/[\s,:]+/)
      .at(-1),
  )
}

function listAt(record: JsonObject, path: readonly string[]): JsonObject[] {
  const list = valueAt(record, path)
  return Array.isArray(list) ? list.filter(isJsonObject) : []
}
