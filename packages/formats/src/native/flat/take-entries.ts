import {
  entriesEnd,
  fieldOf,
  firstEntry,
  keyEndOf,
  keyStartOf,
  nextEntry,
  payloadLevel,
  topLevel,
  typeOf,
  types,
  unknownField,
} from './entries.ts'
import { roleOfField, roles, userIdField } from './fields.ts'
import { lift } from './lift.ts'
import { kept, lifted } from './outcomes.ts'
import { isId, setRole } from './read-envelope.ts'
import { addToRest } from './rest.ts'
import { hasUnknown, isInPayload } from './scan-event.ts'

const nullType = types.null
const metadataRole = roles.metadata
const payloadRole = roles.payload

/** Lifts what has a column, from the top level first, and keeps the rest; false where it cannot be told. */
export function takeEntries(): boolean {
  for (let entry = firstEntry(topLevel); entry < entriesEnd(topLevel); entry = nextEntry(entry)) {
    const field = fieldOf(entry)
    const role = field === unknownField ? 0 : roleOfField(field)
    if (role !== 0 && role !== metadataRole) {
      // A payload that was an object has become entries: this one is none.
      if (role === payloadRole) return false
      setRole(role, entry)
    } else if (!take(entry, field, topLevel)) return false
  }
  for (let entry = firstEntry(payloadLevel); entry < entriesEnd(payloadLevel); entry = nextEntry(entry)) {
    if (!take(entry, fieldOf(entry), payloadLevel)) return false
  }
  return true
}

function take(entry: number, field: number, scope: number): boolean {
  if (field === unknownField) return keepEntry(entry, field, scope)
  if (field === userIdField && typeOf(entry) !== nullType && !isId(entry)) return false
  const outcome = lift(entry, field)
  return outcome === lifted || (outcome === kept && keepEntry(entry, field, scope))
}

function keepEntry(entry: number, field: number, scope: number): boolean {
  // One that stands in both would get another name.
  if (scope === topLevel && isInBoth(entry, field)) return false
  addToRest(entry)
  return true
}

function isInBoth(entry: number, field: number): boolean {
  return field === unknownField
    ? hasUnknown(payloadLevel, keyStartOf(entry), keyEndOf(entry))
    : isInPayload(field)
}
