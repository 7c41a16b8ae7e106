/** What has to be done before a process ends. */
export interface Leaving {
  /** Delivers what it can, for a limited time. Never rejects. */
  leave: () => Promise<void>
  /** Saves the rest, at once. */
  saveNow: () => void
}

const clients = new Set<Leaving>()
const signals = ['SIGTERM', 'SIGINT'] as const

/** Has `client` told of the end of the process. Gives what calls it off. */
export function onExit(client: Leaving): () => void {
  if (clients.size === 0) install()
  clients.add(client)
  return () => {
    if (clients.delete(client) && clients.size === 0) uninstall()
  }
}

function install(): void {
  process.on('beforeExit', leaveAll)
  process.on('exit', saveAll)
  for (const signal of signals) listen(signal)
}

function uninstall(): void {
  process.off('beforeExit', leaveAll)
  process.off('exit', saveAll)
  for (const signal of signals) process.off(signal, handleSignal)
}

/** First in line, so that it sees all other listeners, those that listen once too. */
function listen(signal: NodeJS.Signals): void {
  process.prependListener(signal, handleSignal)
}

async function leaveAll(): Promise<void> {
  await Promise.all([...clients].map((client) => client.leave()))
}

function saveAll(): void {
  for (const client of clients) client.saveNow()
}

/**
 * A listener takes a signal's effect away: a process that has one does not end by it. So this one removes itself
 * first. Where the host listens too, the signal is the host's, whose libraries find their own listeners only; where
 * nobody else does, the signal is sent again once events are delivered, and ends the process as it would have.
 */
function handleSignal(signal: NodeJS.Signals): void {
  process.off(signal, handleSignal)
  const isHosts = process.listenerCount(signal) > 0
  void leaveBecauseOf(signal, isHosts)
}

async function leaveBecauseOf(signal: NodeJS.Signals, isHosts: boolean): Promise<void> {
  await leaveAll()
  if (!isHosts) process.kill(process.pid, signal)
  else if (clients.size > 0) listen(signal)
}
