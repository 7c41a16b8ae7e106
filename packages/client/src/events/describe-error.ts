import { types } from 'node:util'
import { describeError } from '../core/copy-value.ts'
import type { EventFields } from '../core/event-fields.ts'

const maxCauses = 5

/** Fields of whatever was thrown: type, message, stack, code, and what caused it. Never throws. */
export function errorFields(error: unknown): EventFields {
  try {
    if (!isError(error)) return { errorType: typeof error, errorMessage: textOf(error) }
    const { type, message, stack } = describeError(error)
    // Errors of Node and of drivers have a code.
    const { code } = error as { code?: unknown }
    return {
      errorType: type,
      errorMessage: message,
      stack,
      errorCode: typeof code === 'string' || typeof code === 'number' ? String(code) : undefined,
      causes: causesOf(error),
    }
  } catch {
    return { errorType: 'unreadable' }
  }
}

/** Errors of another realm count: those of worker contexts and test runners. */
export function isError(value: unknown): value is Error {
  return types.isNativeError(value) || value instanceof Error
}

function causesOf(error: Error): string[] | undefined {
  const causes: string[] = []
  let { cause } = error
  while (cause !== undefined && cause !== null && causes.length < maxCauses) {
    causes.push(isError(cause) ? `${cause.name}: ${cause.message}` : textOf(cause))
    cause = isError(cause) ? cause.cause : undefined
  }
  return causes.length === 0 ? undefined : causes
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  return typeof value === 'object' && value !== null ? (JSON.stringify(value) ?? '') : String(value)
}
