import { columnIndex } from '@weir/events'
import { liftedFields, type Form } from '../../lifted-fields.ts'
import { keep, tableOf } from './names.ts'

/** Numbers of the forms of columns, for arrays and comparisons; 0 is a name without a column. */
export const forms = {
  none: 0,
  text: 1,
  dimension: 2,
  identifier: 3,
  whole: 4,
  milliseconds: 5,
  seconds: 6,
  status: 7,
  money: 8,
  flag: 9,
  address: 10,
  method: 11,
  category: 12,
  hex: 13,
  trace: 14,
  path: 15,
} as const satisfies Record<Form | 'none', number>

/** What names mean at the top level beside columns; 0 is any other name. */
export const roles = {
  event_type: 1,
  session_id: 2,
  timestamp: 3,
  source: 4,
  level: 5,
  event_id: 6,
  payload: 7,
  metadata: 8,
} as const
export const roleCount = 9

const reserved = '__proto__'
const names = [...new Set([...liftedFields.keys(), ...Object.keys(roles), reserved])]

/** The numbers of all names that mean something. */
export const fieldTable = tableOf(names)
export const userIdField = names.indexOf('user_id')
export const reservedField = names.indexOf(reserved)

const fieldForms = Uint8Array.from(names, (name) => forms[liftedFields.get(name)?.form ?? 'none'])
const fieldColumns = Uint8Array.from(names, (name) => columnIndex[liftedFields.get(name)?.column ?? 'id'])
const fieldMaxima = Float64Array.from(names, (name) => liftedFields.get(name)?.max ?? 0)
const fieldRoles = Uint8Array.from(names, roleOf)

function roleOf(name: string): number {
  const known: ReadonlyMap<string, number> = new Map(Object.entries(roles))
  return known.get(name) ?? 0
}

const typeField = names.indexOf('event_type')
const timestampField = names.indexOf('timestamp')
/** Whether what an event says of itself under this name, if it is taken, is one of few forms. */
export const knownWhereTaken = (field: number): boolean => field === typeField || field === timestampField

export const formOf = (field: number): number => fieldForms[field] ?? 0
export const columnOf = (field: number): number => fieldColumns[field] ?? 0
export const maxOf = (field: number): number => fieldMaxima[field] ?? 0
export const roleOfField = (field: number): number => fieldRoles[field] ?? 0

/** Each name as it stands in JSON without blanks, with its quotes and the colon. */
const quotedStarts = Int32Array.from(names, (name) => keep(`"${name}":`))
const quotedLengths = Int32Array.from(names, (name) => name.length + 3)
export const quotedStartOf = (field: number): number => quotedStarts[field] ?? 0
export const quotedLengthOf = (field: number): number => quotedLengths[field] ?? 0
