/** A row of design.md, "How fast". */
export interface Target {
  name: string
  what: string
  unit: string
  must: number | undefined
  aim: number | undefined
  /** Ours ÷ baseline, except where the baseline is what is to be many times slower. */
  isInverted?: boolean
  isLowerBetter?: boolean
}

const kinds = ['usage', 'llm', 'performance'] as const
export type AnalyticsKind = (typeof kinds)[number]
export const analyticsKinds: readonly AnalyticsKind[] = kinds

const fixed: readonly Target[] = [
  {
    name: 'single-event',
    what: 'single-event POST /log, durable ack ÷ bare route',
    unit: 'req/s',
    must: 0.75,
    aim: 1,
  },
  { name: 'hundred-events', what: '100-event POST /log ÷ bare route', unit: 'ev/s', must: 0.5, aim: 0.7 },
  {
    name: 'recognised-one',
    what: 'POST /log of a Kong record ÷ /log/kong',
    unit: 'rec/s',
    must: 0.9,
    aim: 1,
  },
  {
    name: 'recognised-hundred',
    what: 'the same, 100 records a request',
    unit: 'rec/s',
    must: 0.9,
    aim: 1,
  },
  { name: 'stored', what: 'HTTP → stored, rollups on ÷ COPY', unit: 'ev/s', must: 0.4, aim: 0.7 },
  { name: 'drain', what: 'drain of a backlog ÷ COPY', unit: 'ev/s', must: 0.65, aim: 0.9 },
  {
    name: 'cpu',
    what: 'CPU per event, end to end ÷ COPY backend',
    unit: 'µs',
    must: 3,
    aim: 1.8,
    isLowerBetter: true,
  },
]

const last: readonly Target[] = [
  {
    name: 'p99',
    what: 'p99 of the ack at 70 % of own maximum ÷ bare route',
    unit: 'ms',
    must: 3,
    aim: 1.5,
    isLowerBetter: true,
  },
  {
    name: 'bytes',
    what: 'stored bytes per event ÷ its JSON',
    unit: 'B',
    must: 1.1,
    aim: 0.7,
    isLowerBetter: true,
  },
  {
    name: 'memory',
    what: 'memory of the producer under load ÷ bare route',
    unit: 'MB',
    must: 1.6,
    aim: 1.25,
    isLowerBetter: true,
  },
  {
    name: 'client-log',
    what: 'SDK log() ÷ pino.info(obj) to nowhere',
    unit: 'ns',
    must: 0.6,
    aim: 0.2,
    isLowerBetter: true,
  },
  // What must be is the noise of the same run.
  ...(['p50', 'p99'] as const).map((quantile): Target => ({
    name: `client-latency-${quantile}`,
    what: `${quantile} of a host with the SDK’s middleware ÷ without`,
    unit: 'ms',
    must: undefined,
    aim: undefined,
    isLowerBetter: true,
  })),
]

/** What design.md asks of analytics at a number of events; nothing at other numbers. */
const analyticsGoals: Readonly<Record<number, { must: number; aim: number }>> = {
  1_000_000: { must: 30, aim: 100 },
  10_000_000: { must: 200, aim: 1_000 },
}

/** Every row of a run whose analytics are asked at these numbers of events, in order. */
export function targetsFor(analyticsEvents: readonly number[]): Target[] {
  const analytics = analyticsEvents.flatMap((events) =>
    kinds.map((kind): Target => ({
      name: analyticsName(kind, events),
      what: `raw SQL ÷ /analytics/${kind}, 7 days, ${shortCount(events)} events`,
      unit: 'ms',
      must: analyticsGoals[events]?.must,
      aim: analyticsGoals[events]?.aim,
      isInverted: true,
    })),
  )
  const [fewer, more] = analyticsEvents
  const growth =
    fewer === undefined || more === undefined
      ? []
      : kinds.map((kind): Target => ({
          name: growthName(kind),
          what: `/analytics/${kind} at ${shortCount(more)} ÷ at ${shortCount(fewer)} events`,
          unit: 'ms',
          must: 1.5,
          aim: 1.1,
          isLowerBetter: true,
        }))
  return [...fixed, ...analytics, ...growth, ...last]
}

/** The name of the row of one analytics answer at a number of events. */
export function analyticsName(kind: AnalyticsKind, events: number): string {
  return `analytics-${kind}-${shortCount(events).toLowerCase()}`
}

/** The name of the row of how one analytics answer grows. */
export function growthName(kind: AnalyticsKind): string {
  return `growth-${kind}`
}

/** 300k, 1M, 10M. */
export function shortCount(count: number): string {
  return count >= 1_000_000 ? `${count / 1_000_000}M` : `${count / 1_000}k`
}
