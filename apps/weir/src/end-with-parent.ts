// Preloaded into each service that `npm start` runs: one whose supervisor is killed stops in order, by itself.
process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'))
// Listening must not keep a service alive that has closed everything.
process.channel?.unref()
