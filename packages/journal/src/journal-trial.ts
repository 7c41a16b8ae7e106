import type { FileSystem } from './file-system.ts'
import { isBlank, type FrameRef } from './frame.ts'
import { openUnlockedJournal, type Journal } from './journal.ts'
import type { JournalProblem } from './problem.ts'
import { SimulatedDisk } from './simulated-disk.ts'

/** Sizes are small, so that a run of a few steps fills segments and the whole journal. */
const options = { directory: '/journal', segmentBytes: 2000, maxBytes: 16_000, minFreeBytes: 0 }

export type Step =
  | { do: 'append'; sizes: number[] }
  | { do: 'wait'; turns: number }
  | { do: 'settle' }
  | { do: 'release'; share: number }
  | { do: 'seal' }
  | { do: 'restart'; how: 'kill' | 'power' | 'close' }
  | { do: 'faults'; rate: number }

/** How often each thing that the property is about really came up, over all runs. */
export const seen = new Map<string, number>()
const note = (what: string, count = 1) => seen.set(what, (seen.get(what) ?? 0) + count)

/** A payload that says which it is, and whose every byte follows from that. */
function toPayload(id: number, byteLength: number): Buffer {
  const text = `${id}:${byteLength}:`
  return Buffer.from(text + String(id % 10).repeat(byteLength))
}

function readId(payload: Buffer): number {
  const [id = '', byteLength = ''] = payload.toString('latin1').split(':')
  // Not by matchers, which take most of the time on bytes.
  if (!payload.equals(toPayload(Number(id), Number(byteLength))))
    throw new Error(`frame ${id} is not what was issued`)
  return Number(id)
}

/** Small and seeded, so that a run is repeated exactly: mulberry32. */
function createRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** One journal on one disk through crashes, and what was promised about it. */
export class Trial {
  #random: () => number
  #disk: SimulatedDisk
  #wrap: (fs: FileSystem) => FileSystem
  #clockMs = 1_000_000
  #issued = 0
  #kept = new Map<number, FrameRef>()
  #released = new Set<number>()
  #pending = new Set<Promise<void>>()
  /** Those that the journal could take away again: only a power loss brings them back. */
  #rejected = new Set<number>()
  #kinds: JournalProblem['kind'][] = []
  #hadFaults = false
  #wasTorn = false
  #process = 0
  journal: Journal | undefined

  constructor(seed: number, wrap: (fs: FileSystem) => FileSystem) {
    this.#random = createRandom(seed)
    this.#disk = new SimulatedDisk(this.#random)
    this.#wrap = wrap
  }

  async open(): Promise<void> {
    const now = () => (this.#clockMs += 20)
    const onProblem = ({ kind }: JournalProblem) => {
      note(kind)
      this.#kinds.push(kind)
    }
    this.#process += 1
    this.#kinds = []
    try {
      this.journal = await openUnlockedJournal(this.#wrap(this.#disk.boot()), { ...options, onProblem, now })
    } catch {
      note('open failed')
      this.#disk.kill()
      this.#disk.faultRate = 0
      return await this.open()
    }
    await this.#check(this.journal)
  }

  /** recovered ⊆ issued, in order, each once and whole. */
  async #recover(journal: Journal): Promise<Map<number, FrameRef>> {
    const recovered = new Map<number, FrameRef>()
    let last: { id: number; seq: number } | undefined
    for await (const { ref, payload } of journal.frames()) {
      const id = readId(payload)
      if (last && (id <= last.id || ref.seq <= last.seq)) throw new Error(`frame ${id} is out of order`)
      last = { id, seq: ref.seq }
      if (id >= this.#issued) throw new Error(`frame ${id} was never issued`)
      if (!(await journal.read(ref)).equals(payload)) throw new Error(`frame ${id} reads differently`)
      recovered.set(id, ref)
    }
    return recovered
  }

  /** kept ⊆ recovered, and nothing of what was taken away again. */
  async #check(journal: Journal): Promise<void> {
    const recovered = await this.#recover(journal)
    for (const id of this.#kept.keys()) if (!recovered.has(id)) throw new Error(`frame ${id} is lost`)
    for (const id of this.#rejected) if (recovered.has(id)) throw new Error(`rejected frame ${id} came back`)
    this.#rejected.clear()
    note('recovered', recovered.size)
    note('kept', this.#kept.size)
    // What was shown once stays, acknowledged or not, as long as the disk tells the truth.
    if (this.#hadFaults) recovered.forEach((ref, id) => this.#kept.has(id) && this.#kept.set(id, ref))
    else this.#kept = recovered
    for (const id of this.#released) if (recovered.has(id)) this.#kept.delete(id)
    if (!this.#hadFaults) await this.#checkBytes(journal)
  }

  async #checkBytes(journal: Journal): Promise<void> {
    // An empty segment may be on its way out, which takes the simulated disk a few turns.
    for (let turn = 0; turn < 10; turn += 1) await new Promise(setImmediate)
    const segments = [...this.#disk.files].filter(([path]) => /^\/journal\/[^/]+\.seg$/.test(path))
    const bytes = segments.reduce((sum, [, { cached }]) => sum + cached.length, 0)
    if (journal.bytes !== bytes) throw new Error(`${journal.bytes} bytes, and ${bytes} on the disk`)
  }

  async run(step: Step): Promise<void> {
    const { journal } = this
    if (!journal) throw new Error('not open')
    if (step.do === 'append') for (const size of step.sizes) this.#append(journal, size)
    if (step.do === 'wait') for (let turn = 0; turn < step.turns; turn += 1) await new Promise(setImmediate)
    if (step.do === 'settle') await Promise.all(this.#pending)
    if (step.do === 'seal') await journal.sealIfIdle()
    if (step.do === 'release') this.#release(journal, step.share)
    if (step.do === 'faults') this.#setFaults(step.rate)
    if (step.do === 'restart') await this.#restart(journal, step.how)
  }

  #append(journal: Journal, size: number): void {
    const id = this.#issued++
    const pending = this.#await(id, journal.append(toPayload(id, size)))
    this.#pending.add(pending)
    void pending.finally(() => this.#pending.delete(pending))
  }

  async #await(id: number, appended: Promise<FrameRef>): Promise<void> {
    const process = this.#process
    try {
      this.#kept.set(id, await appended)
      note('acknowledged')
    } catch (error) {
      note(error instanceof Error ? error.name : 'unknown')
      if (!this.#kinds.includes('cleanup-failed')) this.#rejected.add(id)
    }
    if (process !== this.#process) throw new Error('a dead process answered')
  }

  #release(journal: Journal, share: number): void {
    for (const [id, ref] of this.#kept) {
      if (this.#random() >= share) continue
      journal.release(ref)
      this.#kept.delete(id)
      this.#released.add(id)
    }
  }

  #setFaults(rate: number): void {
    this.#disk.faultRate = rate
    this.#hadFaults ||= rate > 0
  }

  async #restart(journal: Journal, how: 'kill' | 'power' | 'close'): Promise<void> {
    const isTorn = how === 'power' && this.#pending.size > 0
    this.#noteSegments()
    if (how === 'kill') this.#disk.kill()
    if (how === 'power') this.#disk.cutPower()
    if (how === 'close') await journal.close()
    if (how !== 'close') this.#pending.clear()
    if (how === 'power' || this.#kinds.includes('cleanup-failed')) this.#rejected.clear()
    note(how)
    await this.open()
    this.#wasTorn ||= isTorn
    if (isTorn || this.#hadFaults) return
    // A hole in a group that was torn is found again at each start, until its segment is released.
    const alarms = this.#kinds.filter((kind) => !(this.#wasTorn && kind === 'corrupt-frame'))
    if (alarms.length > 0) throw new Error(`a false alarm: ${String(alarms)}`)
    note('opened without a problem')
  }

  #noteSegments(): void {
    for (const { cached } of this.#disk.files.values()) {
      if (cached.length > 0 && isBlank(cached)) note('left a spare segment')
      else if (cached.length === options.segmentBytes && cached.at(-1) === 0) note('left room in a segment')
    }
  }
}
