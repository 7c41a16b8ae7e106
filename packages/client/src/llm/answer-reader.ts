import type { LlmFields } from '../core/event-fields.ts'

/** Any object of an answer; every member may be anything. */
export type Part = Readonly<Record<string, unknown>>

/** What a part of a stream says. */
export interface PartReading {
  fields?: LlmFields | undefined
  /** Whether it is part of what the model says. */
  isContent: boolean
  /** Whether it is there only because the host was not the one who asked for it. */
  isUsageOnly?: boolean | undefined
}

/** Reads the answers of one kind of call. */
export interface AnswerReader {
  operation: string
  readAnswer: (answer: Part) => LlmFields
  readPart: (part: Part) => PartReading
}

export function isPart(value: unknown): value is Part {
  return typeof value === 'object' && value !== null
}

export function partOf(holder: Part | undefined, name: string): Part | undefined {
  const value = holder?.[name]
  return isPart(value) ? value : undefined
}

export function numberOf(holder: Part | undefined, name: string): number | undefined {
  const value = holder?.[name]
  return typeof value === 'number' ? value : undefined
}

export function textOf(holder: Part | undefined, name: string): string | undefined {
  const value = holder?.[name]
  return typeof value === 'string' ? value : undefined
}
