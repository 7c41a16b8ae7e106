/** Who acts in these commands, as the audit log has it. */
export const commandLine = { actor: 'cli' }
