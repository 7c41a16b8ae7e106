/** Jobs that are taken at once before anything is known of them, and at least. */
const minJobs = 8
/** How much the latest job counts in the average. */
const weight = 1 / 8

/**
 * How many jobs to take at once: so many that their events fill the transactions under way and the one behind them. What
 * waits here beyond that takes memory, and another consumer could store it.
 */
export class IntakeWidth {
  readonly #maxJobs: number
  readonly #wantedEvents: number
  #eventsPerJob: number | undefined

  constructor(maxJobs: number, wantedEvents: number) {
    this.#maxJobs = maxJobs
    this.#wantedEvents = wantedEvents
  }

  get jobs(): number {
    const wanted =
      this.#eventsPerJob === undefined ? minJobs : Math.round(this.#wantedEvents / this.#eventsPerJob)
    return Math.min(Math.max(wanted, minJobs), this.#maxJobs)
  }

  /** Notes how many events a job had. */
  note(events: number): void {
    const known = this.#eventsPerJob ?? events
    this.#eventsPerJob = Math.max(1, known + (events - known) * weight)
  }
}
