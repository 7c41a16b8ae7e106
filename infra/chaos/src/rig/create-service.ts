import { join } from 'node:path'
import { bugPreload, type PlantedBug } from '../bugs/planted-bug.ts'
import { nodeOptions } from '@weir/runtime'
import { Service, type Variables } from './service.ts'

export type ServiceKind = 'producer' | 'consumer' | 'query'

const readyPaths = { producer: '/health/ready', consumer: '/health', query: '/health/ready' }
const portNames = { producer: 'PRODUCER_PORT', consumer: 'CONSUMER_PORT', query: 'QUERY_SERVICE_PORT' }

export interface ServiceParts {
  kind: ServiceKind
  /** Its own, where there are several of a kind. */
  name: string
  port: number
  env: Variables
  /** Of its log. */
  directory: string
  /** Of its journal and its keys. */
  dataDirectory: string
  bug: PlantedBug | undefined
}

/** A service of the rig, not yet running. */
export function createService(parts: ServiceParts): Service {
  const { kind, name, port, env, directory, dataDirectory, bug } = parts
  return new Service({
    name,
    entry: new URL(`../../../../apps/${kind}/src/main.ts`, import.meta.url),
    env: {
      NODE_OPTIONS: nodeOptions[kind],
      ...env,
      [portNames[kind]]: String(port),
      JOURNAL_DIR: join(dataDirectory, `${name}-journal`),
      KEY_SNAPSHOT_PATH: join(dataDirectory, `${name}-keys.json`),
    },
    preloads: bug === undefined ? [] : [bugPreload(bug)],
    port,
    readyPath: readyPaths[kind],
    logFile: join(directory, `${name}.log`),
  })
}
