import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { readText, repository } from './repository.ts'

interface Manifest {
  version?: string
  license?: string
  dependencies?: Record<string, string>
  devDependencies?: Record<string, string>
  scripts?: Record<string, string>
}

/** A manifest is written by hand or by npm, and read here field by field. */
const readManifest = (path: string): Manifest => JSON.parse(readText(path)) as Manifest

const workspaces = ['apps', 'packages', 'infra'].flatMap((group) =>
  readdirSync(join(repository, group))
    .filter((name) => readdirSync(join(repository, group)).includes(name) && hasManifest(group, name))
    .map((name) => ({ group, manifest: readManifest(`${group}/${name}/package.json`) })),
)

function hasManifest(group: string, name: string): boolean {
  try {
    return readdirSync(join(repository, group, name)).includes('package.json')
  } catch {
    return false
  }
}

/** What the services need to run, by name: the versions that the workspaces ask for. */
const runTime = new Map<string, Set<string>>()
for (const { group, manifest } of workspaces) {
  if (group === 'infra') continue
  for (const [name, version] of Object.entries(manifest.dependencies ?? {})) {
    if (name.startsWith('@weir/')) continue
    runTime.set(name, (runTime.get(name) ?? new Set()).add(version))
  }
}

/** The rows of the table in the document: name, version, licence. */
const documented = [
  ...readText('docs/dependencies.md').matchAll(/^\| `([^`]+)` +\| ([^ |]+) +\| ([^ |]+) +\| /gm),
].map(([, name = '', version = '', licence = '']) => ({ name, version, licence }))

test('the document lists what the services need to run, with the version and the licence that is installed', () => {
  const installed = [...runTime.keys()].toSorted().map((name) => {
    const { version, license } = readManifest(`node_modules/${name}/package.json`)
    return { name, version, licence: license }
  })
  expect(documented).toEqual(installed)
})

test('every dependency is pinned to one version everywhere', () => {
  const all = [{ manifest: readManifest('package.json') }, ...workspaces].flatMap(({ manifest }) =>
    Object.entries({ ...manifest.dependencies, ...manifest.devDependencies }),
  )
  const versions = new Map<string, Set<string>>()
  for (const [name, version] of all) versions.set(name, (versions.get(name) ?? new Set()).add(version))
  for (const [name, asked] of versions) {
    const form = name.startsWith('@weir/') ? /^\*$/ : /^\d+\.\d+\.\d+(-[\w.]+)?$/
    expect([name, [...asked]]).toEqual([name, [expect.stringMatching(form)]])
  }
})

test('the lock names one registry package by its hash for each, and no other source', () => {
  const lock = JSON.parse(readText('package-lock.json')) as {
    packages: Record<
      string,
      { link?: boolean; integrity?: string; resolved?: string; optional?: boolean; os?: string[] }
    >
  }
  const installed = Object.entries(lock.packages).filter(([path]) => path.includes('node_modules/'))
  expect(installed.length).toBeGreaterThan(100)
  for (const [path, { link, integrity, resolved, optional, os }] of installed) {
    if (link === true) continue
    expect([path, resolved ?? 'https://']).toEqual([path, expect.stringMatching(/^https:\/\//)])
    // A binary for another platform, which is replaced by slower code where it is missing.
    if (integrity === undefined && optional === true && os !== undefined) continue
    expect([path, integrity]).toEqual([path, expect.stringMatching(/^sha512-/)])
  }
})

test('only the packages that are named may run a script when they are installed', () => {
  const { allowScripts } = JSON.parse(readText('package.json')) as { allowScripts: Record<string, boolean> }
  const lock = JSON.parse(readText('package-lock.json')) as {
    packages: Record<string, { hasInstallScript?: boolean }>
  }
  const withScripts = Object.entries(lock.packages)
    .filter(([, { hasInstallScript }]) => hasInstallScript === true)
    .map(([path]) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length))
  expect(withScripts.filter((name) => !(name in allowScripts))).toEqual([])
  expect(readText('infra/Dockerfile')).toContain('npm ci --omit=dev --ignore-scripts')
  for (const { manifest } of workspaces) {
    expect(Object.keys(manifest.scripts ?? {}).filter((name) => /install|prepare/.test(name))).toEqual([])
  }
})

test('no parser of forms is used: of those were the known ways to stop a server', () => {
  const manifests = workspaces.map(({ manifest }) => Object.keys(manifest.dependencies ?? {})).flat()
  expect(manifests).not.toContain('body-parser')
  expect(manifests).not.toContain('qs')
  expect(readText('packages/http/src/create-app.ts')).toContain(`app.set('query parser', 'simple')`)
})
