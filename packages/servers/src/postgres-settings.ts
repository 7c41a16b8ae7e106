/** For a small machine, and durable: what is acknowledged survives a power loss. */
const defaults = {
  shared_buffers: '256MB',
  // Fewer checkpoints under load, for at most this much disk; lz4 and zstd are not in these binaries.
  max_wal_size: '2GB',
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  timezone: 'UTC',
  log_timezone: 'UTC',
}

/** What this package relies on: readable log lines on the error output, and no way in but 127.0.0.1. */
const fixed = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  log_destination: 'stderr',
  logging_collector: 'off',
  lc_messages: 'C',
}

/** PostgreSQL's arguments. Settings given here win over postgresql.conf and `alter system`. */
export function postgresArguments(
  dataDirectory: string,
  port: number,
  settings: Readonly<Record<string, string>>,
): string[] {
  const all = { ...defaults, ...settings, ...fixed, port: String(port) }
  return ['-D', dataDirectory, ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])]
}
