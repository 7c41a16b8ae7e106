import { Command } from 'commander'
import type { Terminal } from '../../terminal.ts'
import { deleteQuarantinedCommand } from './delete-quarantined.ts'
import { listQuarantinedCommand } from './list-quarantined.ts'
import { replayQuarantinedCommand } from './replay-quarantined.ts'
import { showQuarantinedCommand } from './show-quarantined.ts'

/** `weir quarantine` */
export function quarantineCommand(terminal: Terminal): Command {
  return new Command('quarantine')
    .description('Shows, replays and deletes events that were accepted and cannot be stored.')
    .addCommand(listQuarantinedCommand(terminal))
    .addCommand(showQuarantinedCommand(terminal))
    .addCommand(replayQuarantinedCommand(terminal))
    .addCommand(deleteQuarantinedCommand(terminal))
}
