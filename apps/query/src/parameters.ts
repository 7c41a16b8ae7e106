import { wholeNumber } from '@weir/http'
import { z } from 'zod'

export { wholeNumber }

const maxTextLength = 512
const maxListLength = 20

// The decoder of query strings puts U+FFFD where bytes are not UTF-8.
const encodingDetail = 'must be UTF-8'

/** A parameter that is compared with what events have. */
export const text = z
  .string()
  .min(1, 'must not be empty')
  .max(maxTextLength, `must have at most ${maxTextLength} characters`)
  .refine((value) => !value.includes('\uFFFD') && value.isWellFormed(), encodingDetail)
  .refine((value) => !value.includes('\0'), 'must not contain a NUL character')

function listOf(change: (value: string) => string) {
  return text
    .refine((value) => value.split(',').length <= maxListLength, `must have at most ${maxListLength} values`)
    .refine((value) => value.split(',').every((item) => item.trim() !== ''), 'must not have an empty value')
    .transform((value) => [...new Set(value.split(',').map((item) => change(item.trim())))])
}

/** Values with commas between. */
export const textList = listOf((value) => value)
export const loweredList = listOf((value) => value.toLowerCase())
export const upperedList = listOf((value) => value.toUpperCase())

/** An address as events have it: IPv6 in lower case. */
export const clientAddress = text.transform((value) => value.toLowerCase())

const earliestMs = Date.UTC(2000, 0, 1)
const latestMs = Date.UTC(2100, 0, 1)

/** An instant (RFC 3339, with its offset) in milliseconds since the epoch. */
export const instant = z
  .string()
  // A plus sign that was not percent-encoded arrives as a space.
  .transform((value) => value.replace(/ (?=\d\d:\d\d$)/, '+'))
  .pipe(
    z.iso.datetime({ offset: true, error: 'must be RFC 3339 with an offset, such as 2026-11-20T10:30:00Z' }),
  )
  .transform((value) => Date.parse(value))
  .refine((atMs) => atMs >= earliestMs && atMs < latestMs, 'must lie in the years 2000 to 2099')
