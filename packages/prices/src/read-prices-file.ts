import { readFileSync, statSync } from 'node:fs'
import { z } from 'zod'
import { overrideFields, type PriceOverride } from './overrides.ts'

/** A file of prices that cannot be used; the message names the file and each field that is wrong. */
export class PricesFileError extends Error {
  override readonly name = 'PricesFileError'
}

const file = z.strictObject({ prices: z.array(overrideFields).max(10_000) })

/**
 * Reads an operator's own prices: `{ "prices": [{ "model": "my-model", "input": "2.5", "output": "10" }] }`, in USD for
 * a million tokens. Throws a `PricesFileError`.
 */
export function readPricesFile(path: string): PriceOverride[] {
  const { text, modifiedAt } = readText(path)
  const parsed = file.safeParse(parseJson(path, text))
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => `  ${pathOf(issue.path)}: ${issue.message}`)
    throw new PricesFileError(`${path} has no usable prices:\n${faults.join('\n')}`)
  }
  return parsed.data.prices.map((fields, index) => ({
    ...fields,
    version: `file:${index + 1}@${modifiedAt}`,
  }))
}

function readText(path: string): { text: string; modifiedAt: string } {
  try {
    return { text: readFileSync(path, 'utf8'), modifiedAt: statSync(path).mtime.toISOString() }
  } catch (error) {
    throw new PricesFileError(`${path} cannot be read.`, { cause: error })
  }
}

function parseJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new PricesFileError(`${path} is not JSON.`, { cause: error })
  }
}

/** `prices[2].input` */
function pathOf(path: readonly PropertyKey[]): string {
  return path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`))
    .join('')
    .slice(1)
}
