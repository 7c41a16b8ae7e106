import type { Service } from './service.ts'

/** A metric without labels, as the service reports it now; 0 when it cannot be asked. */
export async function readMetric(service: Service, name: string): Promise<number> {
  const text = (await service.get('/metrics')) ?? ''
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1] ?? 0)
}
