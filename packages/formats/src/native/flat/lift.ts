import { isEmpty, setColumn, setColumnNumber } from './columns.ts'
import { endOf, numberOf, startOf, typeOf, types } from './entries.ts'
import { columnOf, formOf, forms, maxOf } from './fields.ts'
import { derive } from './derived.ts'
import { liftText } from './lift-text.ts'
import { kept, lifted } from './outcomes.ts'

const decimalType = types.decimal
const nullType = types.null
const utf8Type = types.utf8
const wholeType = types.whole
const flagForm = forms.flag
const identifierForm = forms.identifier
const millisecondsForm = forms.milliseconds
const moneyForm = forms.money
const noneForm = forms.none
const secondsForm = forms.seconds
const statusForm = forms.status
const wholeForm = forms.whole

/** Puts an entry into the column of its field, as `lift` of the general path would. */
export function lift(entry: number, field: number): number {
  const form = formOf(field)
  const column = columnOf(field)
  if (form === noneForm || !isEmpty(column)) return kept
  const type = typeOf(entry)
  if (type <= utf8Type) return liftText(entry, form, column, maxOf(field))
  if (type <= decimalType) return liftNumber(entry, form, column, maxOf(field))
  if (form !== flagForm || type === nullType) return kept
  setColumn(column, startOf(entry), endOf(entry))
  return lifted
}

function liftNumber(entry: number, form: number, column: number, max: number): number {
  const value = numberOf(entry)
  if (form === secondsForm) return liftSeconds(value, column)
  if (!fits(form, typeOf(entry) === wholeType, value, max)) return kept
  setColumn(column, startOf(entry), endOf(entry))
  setColumnNumber(column, value)
  return lifted
}

function fits(form: number, isWhole: boolean, value: number, max: number): boolean {
  if (form === wholeForm) return isWhole && value >= 0 && value <= max
  if (form === millisecondsForm) return value >= 0 && value <= max
  if (form === statusForm) return isWhole && value >= 100 && value <= 999
  if (form === moneyForm) return value >= 0 && value < max
  return form === identifierForm && isWhole
}

function liftSeconds(value: number, column: number): number {
  const milliseconds = value * 1_000
  if (milliseconds < 0 || milliseconds > 1e12) return kept
  derive(column, String(milliseconds))
  return lifted
}
