/** The id of a trace, 32 hexadecimal digits; undefined where there is none. */
export function readTraceId(value: unknown): string | undefined {
  return readId(value, 16)
}

/** The id of a span, 16 hexadecimal digits; undefined where there is none. */
export function readSpanId(value: unknown): string | undefined {
  return readId(value, 8)
}

/** OTLP's JSON has ids in hexadecimal; who writes it with the usual library for protobuf sends base64. */
function readId(value: unknown, bytes: number): string | undefined {
  if (typeof value !== 'string') return undefined
  const hex = value.length === bytes * 2 ? value.toLowerCase() : fromBase64(value, bytes)
  return /^[0-9a-f]+$/.test(hex) && /[^0]/.test(hex) ? hex : undefined
}

function fromBase64(value: string, bytes: number): string {
  const decoded = Buffer.from(value.slice(0, 2 * bytes), 'base64')
  return decoded.length === bytes && /^[\w+/-]+={0,2}$/.test(value) ? decoded.toString('hex') : ''
}
