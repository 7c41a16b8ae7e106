import { readLevel } from '../levels.ts'
import { toText } from '../values.ts'

/** Four numbers each, from 1 on. */
const levels = ['trace', 'debug', 'info', 'warning', 'error', 'critical'] as const

/** The level of a log record, and its own word for it where that says more. */
export function readSeverity(
  number: unknown,
  word: unknown,
): { level: string | undefined; text: string | undefined } {
  const text = toText(word)
  const ofText = readLevel(text)
  const level = (typeof number === 'string' ? ofName(number) : levelOf(number)) ?? ofText
  return { level, text: ofText !== undefined && ofText === level ? undefined : text }
}

function levelOf(number: unknown): string | undefined {
  return typeof number === 'number' && number >= 1 ? levels[Math.floor((number - 1) / 4)] : undefined
}

/** `SEVERITY_NUMBER_INFO2`, or digits. */
function ofName(name: string): string | undefined {
  return readLevel(name.replace('SEVERITY_NUMBER_', '').replace(/[234]$/, '')) ?? levelOf(Number(name))
}
