import type { EventFields } from '../core/event-fields.ts'
import { levelValues, type Level } from '../core/levels.ts'
import { errorFields, isError } from './describe-error.ts'
import type { RecordEvent } from './record.ts'

/** Logs a message. The component is named with each call: `logInfo('stored', 'billing', { requestId })`. */
export type LogMessage = (message: string, component?: string | EventFields, fields?: EventFields) => void

/** Logs an error as `error_occurred`: an `Error`, or a message with the `Error` as `fields.error`. */
export type LogError = (error: unknown, component?: string | EventFields, fields?: EventFields) => void

export interface MessageLogs {
  logTrace: LogMessage
  logDebug: LogMessage
  logInfo: LogMessage
  logWarning: LogMessage
  logError: LogError
  logCritical: LogMessage
}

/** Messages below `lowest` are not logged. */
export function createMessageLogs(record: RecordEvent, lowest: Level): MessageLogs {
  const isLogged = (level: Level): boolean => levelValues[level] >= levelValues[lowest]
  const at = (level: Level): LogMessage => {
    if (!isLogged(level)) return () => undefined
    return (message, component, fields) =>
      record('log', level, { message, ...withComponent(component, fields) })
  }
  return {
    logTrace: at('trace'),
    logDebug: at('debug'),
    logInfo: at('info'),
    logWarning: at('warning'),
    logCritical: at('critical'),
    logError(error, component, fields) {
      if (!isLogged('error')) return
      const { error: inFields, ...others } = withComponent(component, fields)
      const isMessage = typeof error === 'string'
      const thrown = isMessage ? inFields : error
      record('error_occurred', 'error', {
        ...(isMessage && { message: error, errorMessage: error }),
        ...(thrown !== undefined && errorFields(thrown)),
        ...(isError(error) && { message: error.message }),
        ...others,
      })
    },
  }
}

function withComponent(
  component: string | EventFields | undefined,
  fields: EventFields | undefined,
): EventFields {
  return typeof component === 'string' ? { component, ...fields } : { ...component, ...fields }
}
