// Preloaded into each service: when the run is killed, its services end too.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))
process.channel?.unref()
