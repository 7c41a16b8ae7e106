import { writeSync } from 'node:fs'
import { interceptJournalWrites } from './intercept-journal-writes.ts'

// Preloaded into a producer that is to be killed while the system writes a batch: the one of KILL_DURING_WRITE.
let writesLeft = Number(process.env['KILL_DURING_WRITE'])

interceptJournalWrites(({ bytes, write, done }) => {
  writesLeft -= 1
  write(bytes, done)
  if (writesLeft !== 0) return
  writeSync(
    1,
    `${JSON.stringify({ level: 40, name: 'failpoint', msg: 'producer.during_journal_write: kill' })}\n`,
  )
  process.kill(process.pid, 'SIGKILL')
})
