import type { EventFields } from '../core/event-fields.ts'
import type { RecordEvent } from './record.ts'

export interface RequestLogs {
  /** A request came in: `request_started`. For those that are answered, `logApiCall` alone is enough. */
  logRequest: (request: EventFields) => void
  /** A request was answered: `request_completed`. */
  logResponse: (response: EventFields) => void
  /** A request and its answer: `api_request`, which usage and performance count. */
  logApiCall: (call: EventFields) => void
}

export function createRequestLogs(record: RecordEvent): RequestLogs {
  return {
    logRequest: (request) => record('request_started', 'info', { category: 'api', ...request }),
    logResponse: (response) =>
      record('request_completed', levelOfStatus(response?.statusCode), { category: 'api', ...response }),
    logApiCall: (call) => record('api_request', levelOfStatus(call?.statusCode), call),
  }
}

/** How severe an answer is. */
export function levelOfStatus(status: number | undefined): 'info' | 'warning' | 'error' {
  if (status === undefined || status < 400) return 'info'
  return status < 500 ? 'warning' : 'error'
}
