import { z } from 'zod'
import { toDecimal } from './decimal.ts'
import { toProviderName, type ModelName } from './model-names.ts'
import { priceKinds, type PriceKind, type Prices } from './rates.ts'

const decimalForm = /^\d{1,9}(?:\.\d{1,9})?$/

/** A price in USD: a decimal with up to nine digits on either side of its point, as text or as a number. */
export const priceText = z
  .union([z.string(), z.number().min(0).max(1e9).transform(toDecimal)], 'must be a decimal, such as "2.5"')
  .refine(
    (text) => decimalForm.test(text),
    'must be a decimal with up to 9 digits on either side, such as "2.5"',
  )

const nameText = z
  .string()
  .trim()
  .min(1, 'must not be empty')
  .max(200, 'must have at most 200 characters')
  .transform((text) => text.toLowerCase())

const time = z.iso
  .datetime({ offset: true, error: 'must be RFC 3339 with an offset, such as 2026-11-20T00:00:00Z' })
  .transform((text) => Date.parse(text))

// fromEntries forgets the key type; the entries are made of the list of all kinds.
const priceFields = Object.fromEntries(
  [...priceKinds, 'thousand_calls' as const].map((kind) => [kind, priceText.optional()]),
) as Record<PriceKind | 'thousand_calls', z.ZodOptional<typeof priceText>>

/** The prices of an operator for one model, in USD for a million tokens of each kind, or for a thousand calls. */
export const overrideFields = z
  .strictObject({
    model: nameText,
    provider: nameText.optional(),
    service_tier: nameText.optional(),
    above_input_tokens: z.int('must be a whole number').min(0, 'must not be negative').optional(),
    from: time.optional(),
    until: time.optional(),
    ...priceFields,
  })
  .refine(({ input, thousand_calls: calls }) => input !== undefined || calls !== undefined, {
    error: 'must be given, or thousand_calls',
    path: ['input'],
  })
  .refine(({ from, until }) => from === undefined || until === undefined || from < until, {
    error: 'must be after from',
    path: ['until'],
  })

export type OverrideFields = z.output<typeof overrideFields>

/** An operator's own prices, and how they are called in the price version of what they are used for. */
export interface PriceOverride extends OverrideFields {
  /** `override:12@2026-11-20T00:00:00.000Z`, `file:1@…`. */
  version: string
}

/** An override as it was stored, under its id; `undefined` when it is none that this release knows. */
export function toPriceOverride(stored: {
  id: string
  createdAt: Date
  fields: unknown
}): PriceOverride | undefined {
  const { success, data } = overrideFields.safeParse(stored.fields)
  return success ? { ...data, version: `override:${stored.id}@${stored.createdAt.toISOString()}` } : undefined
}

/** The prices among the fields of an override. */
export function pricesOf(override: OverrideFields): Prices {
  return Object.fromEntries(
    [...priceKinds, 'thousand_calls' as const].flatMap((kind) => {
      const price = override[kind]
      return price === undefined ? [] : [[kind, price] as const]
    }),
  )
}

/** Whether an override is about a model that goes by one of these names. */
export function isAbout({ provider, model }: OverrideFields, names: readonly ModelName[]): boolean {
  return names.some(
    (name) =>
      (provider === undefined || toProviderName(provider) === name.provider) &&
      (model.endsWith('*') ? name.model.startsWith(model.slice(0, -1)) : name.model === model),
  )
}

/**
 * Sorts overrides so that the first one that holds for a call is the one: those of a tier and of long inputs before
 * those without, a whole name before one with `*`, one with a provider before one without, the latest beginning
 * first; and among equals those that were given first.
 */
export function bySpecificity(a: PriceOverride, b: PriceOverride): number {
  return (
    Number(b.service_tier !== undefined) - Number(a.service_tier !== undefined) ||
    (b.above_input_tokens ?? -1) - (a.above_input_tokens ?? -1) ||
    Number(a.model.endsWith('*')) - Number(b.model.endsWith('*')) ||
    b.model.length - a.model.length ||
    Number(b.provider !== undefined) - Number(a.provider !== undefined) ||
    (b.from ?? Number.NEGATIVE_INFINITY) - (a.from ?? Number.NEGATIVE_INFINITY) ||
    0
  )
}
