// Preloaded into each service: when the tests are killed, their services end too.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))
process.channel?.unref()
