import { z } from 'zod'
import { Problem, type FieldError, type ProblemKind } from './problem.ts'

/** Turns whatever a handler threw into the problem to answer. Only a `Problem` is shown with its own words. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  if (error instanceof z.ZodError) {
    return new Problem('validation-failed', 'The body does not have the right form.', {
      errors: toFieldErrors(error),
      cause: error,
    })
  }
  return callersFault(error) ?? new Problem('internal', 'Something failed on our side.', { cause: error })
}

/** Each issue of a failed parse as a field error that points into the body. */
export function toFieldErrors(error: z.ZodError): FieldError[] {
  return error.issues.map(({ path, message, code }) => ({ pointer: toPointer(path), detail: message, code }))
}

/** A JSON Pointer in its URI fragment form (RFC 6901, part 6), with `~` and `/` escaped. */
export function toPointer(path: readonly PropertyKey[]): string {
  return `#${path.map((part) => `/${escapePart(String(part))}`).join('')}`
}

function escapePart(part: string): string {
  return encodeURIComponent(part.toWellFormed().replaceAll('~', '~0').replaceAll('/', '~1'))
}

/** Express and its body parser mark what the caller did wrong with a 4xx `status`. Their messages are not shown. */
function callersFault(error: unknown): Problem | undefined {
  if (!(error instanceof Error) || !('status' in error)) return undefined
  const { status } = error
  if (typeof status !== 'number' || status < 400 || status > 499) return undefined
  const [kind, detail] = describe(status, 'type' in error ? error.type : undefined, error instanceof URIError)
  return new Problem(kind, detail, { cause: error })
}

function describe(status: number, type: unknown, isPathError: boolean): [ProblemKind, string] {
  if (isPathError) return ['invalid-parameter', 'The path is not percent-encoded UTF-8.']
  if (type === 'entity.parse.failed') return ['invalid-json', 'The body is not JSON.']
  if (type === 'encoding.unsupported') {
    return ['unsupported-content-encoding', 'The body is compressed in a way we do not read.']
  }
  if (status === 404) return ['not-found', 'Nothing is here.']
  if (status === 413) return ['payload-too-large', 'The body is larger than this route takes.']
  if (status === 415) return ['unsupported-media-type', 'The body is not in a form that this route reads.']
  return ['bad-request', 'The request could not be read.']
}
