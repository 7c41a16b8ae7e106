import { categories, categoryOf, eventTypeAliases, knownEventTypes, columnIndex } from '@weir/events'
import { levels, readLevel } from '../../levels.ts'
import { maxIdentifierLength } from '../../lifted-fields.ts'
import {
  setColumn,
  setColumnNumber,
  numberOf,
  startOf as columnStart,
  endOf as columnEnd,
} from './columns.ts'
import { endOf, isText, startOf, typeOf, types } from './entries.ts'
import { roleCount, roles } from './fields.ts'
import { textBetween } from './memory.ts'
import { keep, tableOf } from './names.ts'
import { isEventType } from './recognise.ts'
import { mayHoldSecret } from './suspicion.ts'

const categoryColumn = columnIndex.category
const eventKeyColumn = columnIndex.event_key
const eventTypeColumn = columnIndex.event_type
const levelColumn = columnIndex.level
const sessionIdColumn = columnIndex.session_id
const sourceColumn = columnIndex.source
const nullType = types.null
const wholeType = types.whole
const eventIdRole = roles.event_id
const eventTypeRole = roles.event_type
const levelRole = roles.level
const sessionIdRole = roles.session_id
const sourceRole = roles.source
const timestampRole = roles.timestamp

const noEntry = -1
const maxSourceBytes = 80

const roleEntries = new Int32Array(roleCount)
const entryOf = (role: number): number => roleEntries[role] ?? noEntry

/** Begins an event: nothing of its envelope has been met. */
export function clearEnvelope(): void {
  // Not `fill`: of so few, the call would cost more than they do.
  for (let role = 0; role < roleCount; role += 1) roleEntries[role] = noEntry
}

export function setRole(role: number, entry: number): void {
  roleEntries[role] = entry
}

/** The entry of the timestamp, -1 if there is none. */
export const timestampEntry = (): number => entryOf(timestampRole)

/** Known types first, so that a number of either list is the same type. */
export const knownTypes = Object.keys(knownEventTypes)
const aliases = Object.entries(eventTypeAliases)
const typeTable = tableOf([...knownTypes, ...aliases.map(([alias]) => alias)])
const canonicalTypes = Int16Array.from([
  ...knownTypes.keys(),
  ...aliases.map(([, canonical]) => knownTypes.indexOf(canonical)),
])
const isErrorType = knownTypes.indexOf('error_occurred')
const levelTable = tableOf(levels)
const infoLevel = levels.indexOf('info')
const errorLevel = levels.indexOf('error')
const nativeSource = keep('native')

/** The known categories, and where the name of each stands. */
const categoryNumbers = Int16Array.from(knownTypes, (type) => categories.indexOf(categoryOf(type)))
const categoryStarts = Int32Array.from(categories, keep)
const categoryLengths = Int32Array.from(categories, ({ length }) => length)

/** Reads who, from where and how severe into the columns; says whether that is all in order. */
export function readEnvelope(): boolean {
  return (
    readEventType() &&
    readId(entryOf(sessionIdRole), sessionIdColumn) &&
    readId(entryOf(eventIdRole), eventKeyColumn) &&
    readSource() &&
    readSeverity()
  )
}

function readEventType(): boolean {
  const entry = entryOf(eventTypeRole)
  if (entry === noEntry || !isText(entry)) return false
  const start = startOf(entry)
  const end = endOf(entry)
  const number = typeTable.find(start, end)
  setColumnNumber(eventTypeColumn, number)
  setColumn(eventTypeColumn, start, end)
  if (number === -1) return isEventType(start, end) && !mayHoldSecret(start, end, 0)
  if (number < knownTypes.length) return true
  const canonical = canonicalTypes[number] ?? 0
  const at = typeTable.starts[canonical] ?? 0
  setColumnNumber(eventTypeColumn, canonical)
  setColumn(eventTypeColumn, at, at + (typeTable.lengths[canonical] ?? 0))
  return true
}

/** The number of the category that follows from the event's type, whose name becomes that of the event. */
export function setCategoryOfType(): void {
  const type = numberOf(eventTypeColumn)
  const number =
    type === -1
      ? categories.indexOf(categoryOf(textBetween(columnStart(eventTypeColumn), columnEnd(eventTypeColumn))))
      : (categoryNumbers[type] ?? 0)
  const at = categoryStarts[number] ?? 0
  setColumnNumber(categoryColumn, number)
  setColumn(categoryColumn, at, at + (categoryLengths[number] ?? 0))
}

/** `null` counts as not said. */
function isSaid(entry: number): boolean {
  return entry !== noEntry && typeOf(entry) !== nullType
}

function readId(entry: number, column: number): boolean {
  if (!isSaid(entry)) return true
  setColumn(column, startOf(entry), endOf(entry))
  return isId(entry)
}

/** Whether it is surely an id: of a longer text the units would have to be counted. */
export function isId(entry: number): boolean {
  const length = endOf(entry) - startOf(entry)
  return typeOf(entry) === wholeType || (isText(entry) && length > 0 && length <= maxIdentifierLength)
}

function readSource(): boolean {
  const entry = entryOf(sourceRole)
  if (!isSaid(entry)) {
    setColumn(sourceColumn, nativeSource, nativeSource + 'native'.length)
    return true
  }
  const length = endOf(entry) - startOf(entry)
  setColumn(sourceColumn, startOf(entry), endOf(entry))
  return isText(entry) && length > 0 && length <= maxSourceBytes
}

function readSeverity(): boolean {
  const entry = entryOf(levelRole)
  const number = isSaid(entry) ? levelNumberOf(entry) : defaultLevel()
  const at = levelTable.starts[number] ?? 0
  setColumnNumber(levelColumn, number)
  setColumn(levelColumn, at, at + (levelTable.lengths[number] ?? 0))
  return number !== -1
}

function defaultLevel(): number {
  return numberOf(eventTypeColumn) === isErrorType ? errorLevel : infoLevel
}

function levelNumberOf(entry: number): number {
  if (!isText(entry)) return -1
  const number = levelTable.find(startOf(entry), endOf(entry))
  if (number !== -1) return number
  const other = readLevel(textBetween(startOf(entry), endOf(entry)))
  return levels.findIndex((level) => level === other)
}
