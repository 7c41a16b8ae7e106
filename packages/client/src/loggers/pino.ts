import { StringDecoder } from 'node:string_decoder'
import { Writable } from 'node:stream'
import { createWeir, type Weir } from '../create-weir.ts'
import type { WeirOptions } from '../core/options.ts'
import { logPinoLine } from './pino-record.ts'

export type PinoTransportOptions = WeirOptions

/**
 * A transport of pino: `pino({ transport: { target: '@weir/client/pino', options: { url, apiKey } } })`. pino runs it in
 * a thread of its own, and gives it the lines that it writes; what ends the logger delivers the events.
 */
// oxlint-disable-next-line import/no-default-export -- how pino finds the function of a `target`
export default function createPinoTransport(options: PinoTransportOptions = {}): Writable {
  // The thread ends when pino ends the stream.
  const weir = createWeir({ flushOnExit: false, ...options })
  const decoder = new StringDecoder('utf8')
  let rest = ''
  const take = (text: string): void => {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) if (line !== '') logPinoLine(weir, line)
  }
  return new Writable({
    // A destination is given text, a thread bytes.
    decodeStrings: false,
    autoDestroy: true,
    write(chunk: Buffer | string, _encoding, done) {
      take(typeof chunk === 'string' ? chunk : decoder.write(chunk))
      done()
    },
    final(done) {
      take(`${decoder.end()}\n`)
      void endThen(weir, done)
    },
  })
}

async function endThen(weir: Weir, done: () => void): Promise<void> {
  await weir.shutdown()
  done()
}
