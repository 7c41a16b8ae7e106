import { z } from 'zod'
import { dimensions, type Dimension } from '../dimensions.ts'
import { filterParameters, toFilters, type Filters } from '../filters.ts'
import { wholeNumber } from '../parameters.ts'
import { periodParameters, toPeriod, type Period } from '../period.ts'

const dayMs = 86_400_000
const maxGroupings = 3
const defaultGroups = 100
const maxGroups = 1_000

const knownDimensions: ReadonlySet<string> = new Set(dimensions)

function isDimension(name: string): name is Dimension {
  return knownDimensions.has(name)
}

function groupings(byDefault: Dimension) {
  const detail = `must be up to ${maxGroupings} different ones of ${dimensions.join(', ')}, with commas between`
  return z
    .string()
    .refine((value) => {
      const names = value.split(',')
      return names.length <= maxGroupings && new Set(names).size === names.length && names.every(isDimension)
    }, detail)
    .transform((value) => value.split(',').filter(isDimension))
    .prefault(byDefault)
    .meta({
      description: `What the breakdown is by: up to ${maxGroupings} of ${dimensions.join(', ')}.`,
      example: byDefault,
    })
}

/** The parameters of an analytics route. */
export function analysisParameters(groupByDefault: Dimension) {
  return z.strictObject({
    ...periodParameters,
    group_by: groupings(groupByDefault),
    compare: z
      .enum(['previous'], 'must be previous')
      .optional()
      .meta({ description: 'Adds the metrics of the period before.' }),
    limit: wholeNumber(1, maxGroups)
      .prefault(String(defaultGroups))
      .meta({ description: 'The most rows of the breakdown.' }),
    ...filterParameters,
  })
}

export type AnalysisParameters = ReturnType<typeof analysisParameters>
export type AnalysisValues = z.output<AnalysisParameters>

/** What an analytics route is asked. */
export interface Analysis {
  projectId: number
  period: Period
  filters: Filters
  groupBy: readonly Dimension[]
  maxGroups: number
  isCompared: boolean
  /** Before this, nothing new happens: only what is late still arrives. Today's beginning, UTC. */
  settledMs: number
}

/** The question that the parameters of a request at `nowMs` mean. */
export function toAnalysis(values: AnalysisValues, projectId: number, nowMs: number): Analysis {
  return {
    projectId,
    period: toPeriod(values, nowMs),
    filters: toFilters(values),
    groupBy: values.group_by,
    maxGroups: values.limit,
    isCompared: values.compare === 'previous',
    settledMs: Math.floor(nowMs / dayMs) * dayMs,
  }
}
