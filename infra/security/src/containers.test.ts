import { expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { readText } from './repository.ts'

interface Service {
  build?: { dockerfile: string }
  image?: string
  user?: string
  read_only?: boolean
  cap_drop?: string[]
  cap_add?: string[]
  security_opt?: string[]
  privileged?: boolean
  network_mode?: string
  pid?: string
  volumes?: string[]
  ports?: string[]
  tmpfs?: string[]
  environment?: Record<string, string>
}

// Compose's own shape, of which the tests below read what is named here.
const { services } = parse(readText('docker-compose.yml'), { merge: true }) as {
  services: Record<string, Service>
}
const rows = Object.entries(services)

/** Images that are not ours, whose own user is not root. */
const unprivilegedImages = [/^prom\/prometheus:/, /^prom\/alertmanager:/, /^grafana\/grafana:/]

test('there are services to look at', () => {
  expect(Object.keys(services)).toEqual(
    expect.arrayContaining(['producer', 'consumer', 'query', 'postgres', 'redis', 'secrets']),
  )
})

test.each(rows)('%s can write to its volumes alone, and gains no right', (_name, service) => {
  expect(service.read_only).toBe(true)
  expect(service.cap_drop).toEqual(['ALL'])
  expect(service.cap_add).toBeUndefined()
  expect(service.security_opt).toContain('no-new-privileges:true')
  expect([service.privileged, service.pid]).toEqual([undefined, undefined])
  expect(service.network_mode ?? 'none').toBe('none')
})

test.each(rows)('%s does not run as root', (_name, { build, image = '', user }) => {
  if (build !== undefined) {
    expect(user).toBeUndefined()
    expect(lastUserOf(readText(build.dockerfile))).toBe('node')
  } else if (user === undefined) {
    expect(unprivilegedImages.some((form) => form.test(image))).toBe(true)
  } else {
    expect(user).not.toMatch(/^(root|0)(:|$)/)
  }
})

test.each(rows)(
  '%s sees neither the socket of Docker nor a folder of this machine that it may write',
  (_name, service) => {
    for (const volume of service.volumes ?? []) {
      expect(volume).not.toContain('docker.sock')
      if (/^[./~]/.test(volume) && volume.includes(':')) expect(volume).toMatch(/:ro$/)
    }
  },
)

test.each(rows)(
  '%s is published on the loopback address unless somebody says otherwise',
  (_name, { ports = [] }) => {
    for (const port of ports) expect(port).toMatch(/^\$\{PUBLISH_ADDRESS:-127\.0\.0\.1\}:/)
  },
)

test('neither the database nor the queue is published', () => {
  expect([services['postgres']?.ports, services['redis']?.ports]).toEqual([undefined, undefined])
})

test.each(rows)('%s has no secret among its variables', (_name, { environment = {} }) => {
  for (const [name, value] of Object.entries(environment)) {
    if (!/PASSWORD|SECRET|KEY/.test(name)) continue
    expect([name, value]).toEqual([
      name,
      expect.stringMatching(/^(\/run\/weir-secrets\/[\w-]+|\$\{\w+:-\})$/),
    ])
  }
})

test('the image has nothing that only development needs, and no file of secrets', () => {
  const dockerfile = readText('infra/Dockerfile')
  expect(dockerfile).toContain('--omit=dev')
  expect(dockerfile).toContain('NODE_ENV=production')
  expect(dockerfile).not.toMatch(/^(ARG|ENV) .*(PASSWORD|SECRET|API_KEY)/m)
  expect(readText('.dockerignore').split('\n')).toEqual(expect.arrayContaining(['*', '**/.env*']))
})

/** What the last stage of a Dockerfile runs as. */
function lastUserOf(dockerfile: string): string | undefined {
  const stage = dockerfile.slice(dockerfile.lastIndexOf('\nFROM '))
  return [...stage.matchAll(/^USER (\S+)/gm)].at(-1)?.[1]
}
