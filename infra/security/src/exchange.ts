import { once } from 'node:events'
import { connect } from 'node:net'

/** Sends bytes to a port of this machine, and gives what comes back until the server ends the connection. */
export async function exchange(port: number, bytes: string | Uint8Array): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  // A server that resets the connection has answered before, or not at all: both are seen in what was read.
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  const pieces: Buffer[] = []
  socket.on('data', (piece: Buffer) => pieces.push(piece))
  socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes)
  await new Promise((resolve) => socket.once('close', resolve))
  return Buffer.concat(pieces).toString('latin1')
}
