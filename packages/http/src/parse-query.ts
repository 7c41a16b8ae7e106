import type { Request } from 'express'
import { z } from 'zod'
import { Problem, type FieldError, type ProblemKind } from './problem.ts'

type Values = Readonly<Record<string, unknown>>

/** What PostgreSQL cannot hold in a text. */
const unstorable = /\0/

/**
 * Parses the query string. Throws a `Problem` that names each parameter in `errors[].parameter`:
 * `duplicate-parameter` when one is repeated, `unknown-parameter` for one that the schema does not have (even
 * if the schema would strip it), else `invalid-parameter`.
 */
export function parseQuery<T>(schema: z.ZodType<T>, req: Request): T {
  return parseParameters(schema, req.query)
}

/** Parses the parameters of the path in the same way. */
export function parseParams<T>(schema: z.ZodType<T>, req: Request): T {
  return parseParameters(schema, req.params)
}

/** A whole number in plain decimal digits: no sign, no exponent, no hexadecimal, no empty text. */
export function wholeNumber(min: number, max: number): z.ZodType<number, string> {
  const detail = `must be a whole number from ${min} to ${max}`
  return z
    .string()
    .regex(/^[0-9]{1,15}$/, detail)
    .transform(Number)
    .refine((value) => value >= min && value <= max, detail)
}

function parseParameters<T>(schema: z.ZodType<T>, values: Values): T {
  const names = Object.keys(values)
  refuse(
    'duplicate-parameter',
    names.filter((name) => Array.isArray(values[name])),
    'is given more than once',
  )
  const known = knownParameters(schema)
  refuse(
    'unknown-parameter',
    names.filter((name) => known !== undefined && !known.has(name)),
    'is not known',
  )
  refuse(
    'invalid-parameter',
    names.filter((name) => unstorable.test(String(values[name]))),
    'contains a NUL character',
  )
  const parsed = schema.safeParse(values)
  if (parsed.success) return parsed.data
  throw toParameterProblem(parsed.error)
}

function refuse(kind: ProblemKind, parameters: readonly string[], detail: string): void {
  if (parameters.length === 0) return
  throw parameterProblem(
    kind,
    parameters.map((parameter) => ({ parameter, detail })),
  )
}

function toParameterProblem(error: z.ZodError): Problem {
  const unknown = error.issues.flatMap((issue) => (issue.code === 'unrecognized_keys' ? issue.keys : []))
  if (unknown.length > 0) {
    return parameterProblem(
      'unknown-parameter',
      unknown.map((parameter) => ({ parameter, detail: 'is not known' })),
    )
  }
  return parameterProblem(
    'invalid-parameter',
    error.issues.map(({ path, message }) => ({ parameter: String(path[0] ?? ''), detail: message })),
  )
}

function parameterProblem(kind: ProblemKind, errors: readonly FieldError[]): Problem {
  const detail = errors.map(({ parameter, detail: what }) => `${parameter ?? ''}: ${what}`).join('; ')
  return new Problem(kind, `${detail}.`, { errors })
}

/** The parameters of an object schema, or of the one that a `transform` or a `pipe` starts from. */
function knownParameters(schema: z.core.$ZodType): ReadonlySet<string> | undefined {
  if (schema instanceof z.ZodObject) return new Set(Object.keys(schema.shape))
  if (schema instanceof z.ZodPipe) return knownParameters(schema.in)
  return undefined
}
