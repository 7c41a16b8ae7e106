import { Command } from 'commander'
import type { Terminal } from '../../terminal.ts'
import { setRedactionCommand } from './set-redaction.ts'
import { showRedactionCommand } from './show-redaction.ts'
import { testRedactionCommand } from './test-redaction.ts'

/** `weir redaction` */
export function redactionCommand(terminal: Terminal): Command {
  return new Command('redaction')
    .description('Shows, changes and tries what is taken out of events before they are stored.')
    .addCommand(showRedactionCommand(terminal))
    .addCommand(setRedactionCommand(terminal))
    .addCommand(testRedactionCommand(terminal))
}
