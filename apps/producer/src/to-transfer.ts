/** The memory of bytes that are handed over to another thread, not copied, because nothing else lies in it. */
export function toTransfer({ buffer, byteLength }: Uint8Array): ArrayBuffer[] {
  return buffer instanceof ArrayBuffer && buffer.byteLength === byteLength ? [buffer] : []
}
