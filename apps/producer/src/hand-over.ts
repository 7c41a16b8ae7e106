/** The memory of bytes that are handed over to another thread, not copied, because nothing else lies in it. */
export function toTransfer({ buffer, byteLength }: Uint8Array): ArrayBuffer[] {
  return buffer instanceof ArrayBuffer && buffer.byteLength === byteLength ? [buffer] : []
}

/**
 * Gives memory back at once; whoever still has bytes of it sees none any more. Left to the collector, the large buffers of
 * a busy producer make it look through everything in memory many times a second, to find little else.
 */
export function free(memory: ArrayBufferLike): void {
  if (memory instanceof ArrayBuffer) memory.transfer(0)
}

/** Frees the memory of bytes that nobody needs any more, if nothing else lies in it. */
export function freeBytes(bytes: Uint8Array): void {
  for (const memory of toTransfer(bytes)) free(memory)
}
