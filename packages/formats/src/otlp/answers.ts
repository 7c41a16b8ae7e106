import { loadProtobuf } from '../protobuf/protobuf.ts'

/** Tags: the field's number and, in the lowest three bits, its wire type. */
const firstMessage = (1 << 3) | 2
const firstVarint = 1 << 3
const secondText = (2 << 3) | 2

const nothing = new Uint8Array()

/** `ExportLogsServiceResponse`, which looks the same for traces: empty when nothing was rejected. */
export function toPartialSuccess(rejected: number, message: string): Uint8Array {
  if (rejected === 0) return nothing
  const writer = loadProtobuf().Writer.create()
  writer.uint32(firstMessage).fork()
  writer.uint32(firstVarint).int64(rejected).uint32(secondText).string(message)
  return writer.ldelim().finish()
}

/** `google.rpc.Status`, of which OTLP/HTTP uses the message. */
export function toStatus(message: string): Uint8Array {
  return loadProtobuf().Writer.create().uint32(secondText).string(message).finish()
}
