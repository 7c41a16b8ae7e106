import { readFileSync } from 'node:fs'
import type { z } from 'zod'

/** The environment does not make a configuration. The message lists every variable that is wrong, a line each. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'

  constructor(problems: readonly string[]) {
    super(['The configuration is not usable:', ...problems.map((problem) => `  ${problem}`)].join('\n'))
  }
}

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Parses the variables that `schema` names. An empty variable counts as not set. For each `NAME` the variable
 * `NAME_FILE` may give the path of a file that holds the value instead (a Docker or Kubernetes secret); the
 * white space around it is dropped. Throws a `ConfigError` that lists everything missing or malformed at once,
 * without the values.
 */
export function parseEnvironment<Shape extends z.core.$ZodLooseShape>(
  schema: z.ZodObject<Shape>,
  env: Environment,
): z.output<z.ZodObject<Shape>> {
  const problems: string[] = []
  const values: Record<string, string> = {}
  for (const name of Object.keys(schema.shape)) {
    const value = readVariable(name, env, problems)
    if (value !== undefined) values[name] = value
  }
  const parsed = schema.safeParse(values)
  if (parsed.success && problems.length === 0) return parsed.data
  const unreadable = new Set(problems.map((problem) => problem.split(':', 1)[0]))
  for (const issue of parsed.error?.issues ?? []) {
    const name = String(issue.path[0] ?? 'environment')
    if (!unreadable.has(name)) problems.push(`${name}: ${describe(name, issue.message, values)}`)
  }
  throw new ConfigError(problems)
}

function readVariable(name: string, env: Environment, problems: string[]): string | undefined {
  const value = env[name] || undefined
  const path = env[`${name}_FILE`] || undefined
  if (path === undefined) return value
  if (value !== undefined) {
    problems.push(`${name}: is set twice, by ${name} and by ${name}_FILE`)
    return undefined
  }
  try {
    return readFileSync(path, 'utf8').trim() || undefined
  } catch (error) {
    const reason =
      typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unreadable'
    problems.push(`${name}: the file that ${name}_FILE names cannot be read (${reason})`)
    return undefined
  }
}

function describe(name: string, message: string, values: Readonly<Record<string, string>>): string {
  return name in values || name === 'environment' ? message : 'is missing'
}
