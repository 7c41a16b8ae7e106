import { findPort } from '../find-port.ts'
import type { Service } from '../rig/service.ts'
import type { Stage } from '../scenario.ts'
import type { ActiveFault } from './fault.ts'
import { TcpProxy } from './tcp-proxy.ts'
import { together } from './together.ts'

type ServerName = 'postgres' | 'redis'

/** The way from one service to one server. */
interface Link {
  service: string
  server: ServerName
  proxy: TcpProxy
}

/** Which links: every one that has all of what is said. */
interface LinkFilter {
  service?: string
  server?: ServerName
}

/** The ways from the services to the servers, each through a proxy of its own. */
export class Links {
  readonly #links: readonly Link[]

  constructor(links: readonly Link[]) {
    this.#links = links
  }

  select({ service, server }: LinkFilter = {}): TcpProxy[] {
    return this.#links
      .filter((link) => service === undefined || link.service === service)
      .filter((link) => server === undefined || link.server === server)
      .map(({ proxy }) => proxy)
  }

  /** The same fault on some links at once. */
  inject(
    filter: LinkFilter,
    inject: (proxy: TcpProxy) => Promise<ActiveFault> | ActiveFault,
  ): Promise<ActiveFault> {
    return together(this.select(filter).map((proxy) => () => inject(proxy)))
  }
}

/** Puts a proxy between each service and each server, and starts the services, which must not run yet. */
export async function startThroughLinks({ rig }: Stage): Promise<Links> {
  const links: Link[] = []
  const open = async (service: Service, server: ServerName, url: string): Promise<string> => {
    const target = new URL(url)
    const proxy = new TcpProxy({ port: await findPort(), targetPort: Number(target.port) })
    rig.keep(proxy)
    await proxy.listen()
    links.push({ service: service.name, server, proxy })
    target.port = String(proxy.port)
    return target.href
  }
  for (const service of rig.services) {
    service.configure({
      DATABASE_URL: await open(service, 'postgres', rig.postgres.url),
      ...(rig.redis === undefined ? {} : { REDIS_URL: await open(service, 'redis', rig.redis.url) }),
    })
  }
  await Promise.all(rig.services.map((service) => service.start()))
  return new Links(links)
}
