import type { FuzzBytes, FuzzRequest } from './requests.ts'
import type { Reply } from './sender.ts'

const maxFailures = 20

/** Counts what came back, and notes what must not. */
export class Tally {
  readonly counts = new Map<string, number>()
  /** What must not have come back, a line each; the first of them. */
  readonly failures: string[] = []
  /** The ids of events that a good sender was told are kept. */
  readonly ids: string[] = []
  done = 0

  note(index: number, fuzz: FuzzRequest | FuzzBytes, reply: Reply): void {
    this.done += 1
    const label = reply.kind === 'answer' ? String(reply.status) : reply.kind
    this.counts.set(label, (this.counts.get(label) ?? 0) + 1)
    const failure = judge(fuzz, reply)
    if (failure !== undefined && this.failures.length < maxFailures) {
      const what = 'raw' in fuzz ? 'bytes' : `${fuzz.method} ${fuzz.path.slice(0, 200)}`
      this.failures.push(`request ${index}, ${what}: ${failure}`)
    }
    if (reply.kind === 'answer' && reply.status === 202 && 'isIntact' in fuzz && fuzz.isIntact) {
      // The producer's own answer, of which the ids are the only part that is looked at.
      const { ids } = JSON.parse(reply.text) as { ids: string[] }
      this.ids.push(...ids)
    }
  }

  /** All counts in one line, the most frequent first. */
  describe(): string {
    const sorted = [...this.counts].toSorted(([, a], [, b]) => b - a)
    return sorted.map(([label, count]) => `${label} × ${count.toLocaleString('en')}`).join(' · ')
  }
}

function judge(fuzz: FuzzRequest | FuzzBytes, reply: Reply): string | undefined {
  if (reply.kind === 'hang') return 'no answer came'
  if (reply.kind === 'refused') return 'nobody listens'
  if (reply.kind !== 'answer') return undefined
  const { status, retryAfter, text } = reply
  if (status === 503 && retryAfter !== undefined) return undefined
  if (status >= 500) return `answered ${status}: ${text.slice(0, 300)}`
  if ('isIntact' in fuzz && fuzz.isIntact && status !== 202)
    return `a good one was answered ${status}: ${text.slice(0, 300)}`
  return undefined
}
