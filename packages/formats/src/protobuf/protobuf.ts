import { createRequire } from 'node:module'
import type * as protobuf from 'protobufjs/minimal.js'

type Protobuf = typeof protobuf

let loaded: Protobuf | undefined

/** The library, loaded with the first body that needs it: most producers never get one. */
export function loadProtobuf(): Protobuf {
  // What `require` gives has the types of the package that it names.
  loaded ??= createRequire(import.meta.url)('protobufjs/minimal.js') as Protobuf
  return loaded
}
