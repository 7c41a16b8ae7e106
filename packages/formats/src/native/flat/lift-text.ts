import { isIP } from 'node:net'
import { categories } from '@weir/events'
import { setColumn, setColumnNumber } from './columns.ts'
import { deriveCase } from './derived.ts'
import { endOf, startOf, typeOf, types } from './entries.ts'
import { forms } from './fields.ts'
import { isAmount, isHex, isIpv4, isMethod, isStatus } from './recognise.ts'
import { byteAt, textBetween } from './memory.ts'
import { tableOf } from './names.ts'
import { kept, lifted, undecided } from './outcomes.ts'

const asciiType = types.ascii
const addressForm = forms.address
const categoryForm = forms.category
const dimensionForm = forms.dimension
const hexForm = forms.hex
const identifierForm = forms.identifier
const methodForm = forms.method
const moneyForm = forms.money
const pathForm = forms.path
const statusForm = forms.status
const textForm = forms.text
const traceForm = forms.trace

const questionMark = 0x3f
/** The bit by which letters differ in case. */
const lowerCase = 0x20
const upperCase = 0
const hexTraceLength = 32

const categoryTable = tableOf(categories)

/** Puts a text into a column of this form, as the form's `read` would. */
export function liftText(entry: number, form: number, column: number, max: number): number {
  const start = startOf(entry)
  const end = endOf(entry)
  if (start === end) return kept
  switch (form) {
    case textForm:
    case identifierForm:
      return liftPlain(entry, column, max)
    case dimensionForm:
      return liftIf(end - start <= max, column, start, end)
    case pathForm:
      return liftPath(entry, column, max)
    case traceForm:
      if (end - start !== hexTraceLength || !isHex(start, end)) return liftPlain(entry, column, max)
      return liftInCase(true, column, start, end, lowerCase)
    case hexForm:
      return liftInCase(end - start === max && isHex(start, end), column, start, end, lowerCase)
    default:
      return liftWord(form, column, start, end)
  }
}

/** The forms whose texts are short and of few characters. */
function liftWord(form: number, column: number, start: number, end: number): number {
  switch (form) {
    case addressForm:
      return liftIf(isIpv4(start, end) || isIP(textBetween(start, end)) !== 0, column, start, end)
    case statusForm:
      return liftIf(isStatus(start, end), column, start, end)
    case moneyForm:
      return liftIf(isAmount(start, end), column, start, end)
    case methodForm:
      return liftInCase(isMethod(start, end), column, start, end, upperCase)
    case categoryForm:
      return liftCategory(column, start, end)
    default:
      return kept
  }
}

function liftIf(condition: boolean, column: number, start: number, end: number): number {
  if (!condition) return kept
  setColumn(column, start, end)
  return lifted
}

function liftInCase(condition: boolean, column: number, start: number, end: number, bit: number): number {
  if (!condition) return kept
  deriveCase(column, start, end, bit)
  return lifted
}

/** A limit is in UTF-16 units, of which a text never has more than bytes: of ASCII it has as many. */
function liftPlain(entry: number, column: number, max: number): number {
  const start = startOf(entry)
  const end = endOf(entry)
  if (end - start > max) return typeOf(entry) === asciiType ? kept : undecided
  setColumn(column, start, end)
  return lifted
}

function liftPath(entry: number, column: number, max: number): number {
  const outcome = liftPlain(entry, column, max)
  if (outcome !== lifted) return outcome
  const start = startOf(entry)
  const end = endOf(entry)
  let at = start
  while (at < end && byteAt(at) !== questionMark) at += 1
  if (at === end) return lifted
  if (at === start) return undecided
  // A path that lost its query string stays in the payload too, whole.
  setColumn(column, start, at)
  return kept
}

function liftCategory(column: number, start: number, end: number): number {
  const number = categoryTable.find(start, end)
  setColumnNumber(column, number)
  return liftIf(number !== -1, column, start, end)
}
