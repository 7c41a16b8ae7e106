import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { expect } from '@jest/globals'
import type { ProblemKind } from '@weir/http'
import { entry, good, log, ofLength, raw, type Case, type Entry, type Send } from './entry.ts'

const gzip = gzipSync(good)
const typed = (what: string, body: string, status: number, kind?: ProblemKind, type = what): Case => [
  what,
  log(body, { 'Content-Type': type }),
  status,
  kind,
]
const encoded = (
  what: string,
  encoding: string,
  body: string | Uint8Array,
  status: number,
  kind?: ProblemKind,
): Case => [
  what,
  log(body, { 'Content-Encoding': encoding }),
  status,
  kind,
  (answer) => {
    if (kind === 'unsupported-content-encoding')
      expect(answer.headers['accept-encoding']).toBe('gzip, deflate, br, zstd')
  },
]
const corrupt = (what: string, encoding: string, body: string | Uint8Array): Case =>
  encoded(what, encoding, body, 400, 'corrupt-content-encoding')
const tooLarge = (what: string, encoding: string, body: Uint8Array): Case =>
  encoded(what, encoding, body, 413, 'payload-too-large')

/** A bomb twenty times: what was inflated is let go again. */
const bombs: Send = async ({ producer, services }) => {
  const bomb = gzipSync(Buffer.alloc(200_000_000))
  const residentBytes = async (): Promise<number> => {
    const metrics = (await services.producer.get('/metrics')) ?? ''
    return Number(/^process_resident_memory_bytes (\S+)$/m.exec(metrics)?.[1])
  }
  const before = await residentBytes()
  for (let round = 0; round < 19; round += 1) await producer.post(bomb, { 'Content-Encoding': 'gzip' })
  expect((await residentBytes()) - before).toBeLessThan(150_000_000)
  return producer.post(bomb, { 'Content-Encoding': 'gzip' })
}

/** Content types and encodings. */
// prettier-ignore
export const encodings: readonly Entry[] = [
  entry('B060', 'no content type', [
    ['JSON', log(good), 202],
    ['no JSON', log('a=b'), 400, 'invalid-json'],
    typed(';;;', good, 202),
  ], 'bodies are recognised, because many senders name them wrongly'),
  entry('B061', 'content types of other things', [
    typed('text/plain', good, 202),
    typed('a form', 'event_type=a', 202, undefined, 'application/x-www-form-urlencoded'),
    typed('JSON in the name of a form', good, 202, undefined, 'application/x-www-form-urlencoded'),
    typed('multipart', '--x\r\n\r\n{}\r\n--x--', 400, 'invalid-json', 'multipart/form-data; boundary=x'),
  ], 'bodies are recognised, because many senders name them wrongly'),
  entry('B062', 'charset=latin1', [typed('application/json; charset=latin1', good, 415, 'unsupported-media-type')]),
  entry('B063', 'other charsets', [
    typed('application/json; charset=utf-16', good, 415, 'unsupported-media-type'),
    typed('application/json; CHARSET="UTF-16"', good, 415, 'unsupported-media-type'),
    typed('application/json; charset=UTF-8', good, 202),
    typed('application/json;charset="utf8"', good, 202),
  ]),
  entry('B064', 'other kinds of JSON', [typed('application/cloudevents+json', good, 202), typed('application/problem+json', good, 202)],
    'bodies are recognised, because many senders name them wrongly'),
  entry('B065', 'NDJSON', [typed('application/x-ndjson', `${good}\n${good}`, 202), typed('application/jsonl', `${good}\n${good}\n`, 202)]),
  entry('B066', 'compressed bodies', [
    encoded('gzip', 'gzip', gzip, 202),
    encoded('GZIP', 'GZIP', gzip, 202),
    encoded('x-gzip', 'x-gzip', gzip, 202),
    encoded('brotli', 'br', brotliCompressSync(good), 202),
    encoded('zstd', 'zstd', zstdCompressSync(good), 202),
  ]),
  entry('B067', 'bombs', [
    tooLarge('100 MB as gzip of 100 KB', 'gzip', gzipSync(Buffer.alloc(100_000_000))),
    tooLarge('100 MB as zstd', 'zstd', zstdCompressSync(Buffer.alloc(100_000_000))),
    tooLarge('100 MB as deflate', 'deflate', deflateSync(Buffer.alloc(100_000_000))),
    ['20 of 200 MB do not fill the memory', bombs, 413, 'payload-too-large'],
  ]),
  entry('B068', 'a bomb of brotli', [tooLarge('50 MB', 'br', brotliCompressSync(Buffer.alloc(50_000_000)))]),
  entry('B069', 'damaged bodies', [
    corrupt('gzip cut off', 'gzip', gzip.subarray(0, -5)),
    corrupt('gzip with a wrong checksum', 'gzip', Buffer.concat([gzip.subarray(0, -8), Buffer.alloc(8)])),
    corrupt('gzip of nothing at all', 'gzip', ''),
    corrupt('gzip that is JSON', 'gzip', good),
    corrupt('brotli cut off', 'br', brotliCompressSync(good).subarray(0, -3)),
    corrupt('zstd cut off', 'zstd', zstdCompressSync(good).subarray(0, -3)),
  ]),
  entry('B070', 'more than one gzip member', [
    corrupt('garbage behind it', 'gzip', Buffer.concat([gzip, Buffer.from('garbage')])),
    encoded('two are one text', 'gzip', Buffer.concat([gzip, gzip]), 202),
    encoded('two, a line each', 'gzip', Buffer.concat([gzipSync(`${good}\n`), gzip]), 202),
  ]),
  entry('B071', 'encodings that are not taken', [
    encoded('gzip, gzip', 'gzip, gzip', gzipSync(gzip), 415, 'unsupported-content-encoding'),
    encoded('foo', 'foo', good, 415, 'unsupported-content-encoding'),
    encoded('constructor', 'constructor', good, 415, 'unsupported-content-encoding'),
    encoded('__proto__', '__proto__', good, 415, 'unsupported-content-encoding'),
  ]),
  entry('B072', 'identity', [encoded('it changes nothing', 'identity', good, 202)]),
  entry('B073', 'deflate', [encoded('with its header', 'deflate', deflateSync(good), 202), corrupt('raw', 'deflate', deflateRawSync(good))]),
  entry('B074', 'nothing', [
    typed('application/json', '', 400, 'invalid-json'),
    encoded('gzip of nothing', 'gzip', gzipSync(''), 400, 'invalid-json'),
  ]),
  entry('B075', 'the limit of a body', [
    ['one byte less', log(ofLength(1_048_575)), 202],
    ['the limit', log(ofLength(1_048_576)), 202],
    ['one byte more', log(ofLength(1_048_577)), 413, 'payload-too-large'],
    encoded('the limit, compressed', 'gzip', gzipSync(ofLength(1_048_576)), 202),
    tooLarge('one byte more, compressed', 'gzip', gzipSync(ofLength(1_048_577))),
    ['one byte more, in chunks', raw((keyed) => `${keyed}Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n100001\r\n${' '.repeat(0x100001)}\r\n0\r\n\r\n`), 413, 'payload-too-large'],
    ['one byte more than any body may have, in chunks, before it ends', raw((keyed) => `${keyed}Transfer-Encoding: chunked\r\n\r\na00001\r\n${' '.repeat(0xa00001)}\r\n`), 413, 'payload-too-large'],
  ]),
]
