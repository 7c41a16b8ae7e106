import { boundedEventType, isLlmQuery, type CanonicalEvent } from '@weir/events'
import type { Tally } from '@weir/formats'

/** Counts events by the labels that metrics have. */
export function tally(events: readonly CanonicalEvent[]): Tally[] {
  const tallies: Tally[] = []
  for (const event of events) {
    const { source, llm_provider: provider, llm_model: model } = event
    const eventType = boundedEventType(event.event_type)
    const isLlm = isLlmQuery(event)
    // A body has few combinations, mostly one: looking through them costs less than making a key of each event.
    const known = tallies.find(
      (one) =>
        one.eventType === eventType &&
        one.isLlm === isLlm &&
        one.source === source &&
        one.model === model &&
        one.provider === provider,
    )
    if (known === undefined) tallies.push({ eventType, source, isLlm, provider, model, count: 1 })
    else known.count += 1
  }
  return tallies
}
