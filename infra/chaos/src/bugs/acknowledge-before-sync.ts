import { interceptJournalWrites } from '../rig/intercept-journal-writes.ts'

/** How long the disk lags behind what was said of it. */
const lagMs = 300

// A write to the journal is said to be done at once, and done later.
interceptJournalWrites(({ bytes, write, done }) => {
  const copy = Buffer.from(bytes)
  setTimeout(() => write(copy, () => undefined), lagMs)
  setImmediate(done, null, bytes.length)
})
