import { execFileSync } from 'node:child_process'
import { copyFileSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

// npm run build: makes `dist`, the package as it is published: ES modules, CommonJS, and the types of each. The
// manifest beside this file is the workspace's, whose exports are the sources; that of `dist` is made of it.

interface Manifest {
  name: string
  version: string
  description: string
  license: string
  exports: Record<string, string>
}

process.chdir(fileURLToPath(new URL('.', import.meta.url)))
rmSync('dist', { recursive: true, force: true })
for (const project of ['tsconfig.build.json', 'tsconfig.build-cjs.json']) {
  // npm puts it on the PATH.
  execFileSync('tsc', ['--project', project], { stdio: 'inherit' })
}
// Types name each other by the names of the files that they are published as.
for (const path of globSync('dist/**/*.d.ts')) {
  const text = readFileSync(path, 'utf8')
  writeFileSync(
    path,
    text
      .replaceAll(/(from '|import\(')(\.[^']+)\.ts'/g, "$1$2.js'")
      .replaceAll(/(from "|import\(")(\.[^"]+)\.ts"/g, '$1$2.js"'),
  )
}

// The file that was just read is the workspace's own.
const { name, version, description, license, exports } = JSON.parse(
  readFileSync('package.json', 'utf8'),
) as Manifest
const toExport = (source: string) => {
  const module = source.replace('./src/', '').replace(/\.ts$/, '')
  return {
    import: { types: `./esm/${module}.d.ts`, default: `./esm/${module}.js` },
    require: { types: `./cjs/${module}.d.ts`, default: `./cjs/${module}.js` },
  }
}
// For a `moduleResolution` from before `exports`, which knows no other way to the types of a subpath.
const subpaths = Object.entries(exports).filter(([path]) => path !== '.')
const typesVersions = Object.fromEntries(
  subpaths.map(([path, source]) => [path.slice(2), [toExport(source).require.types]]),
)
const main = toExport(exports['.'] ?? '')
const manifest = {
  name,
  version,
  description,
  license,
  keywords: ['logging', 'events', 'llm', 'analytics', 'gateway'],
  type: 'module',
  main: main.require.default,
  types: main.require.types,
  exports: {
    ...Object.fromEntries(Object.entries(exports).map(([path, source]) => [path, toExport(source)])),
    './package.json': './package.json',
  },
  typesVersions: { '*': typesVersions },
  sideEffects: false,
  engines: { node: '>=20' },
}
mkdirSync('dist/cjs', { recursive: true })
writeFileSync('dist/package.json', `${JSON.stringify(manifest, null, 2)}\n`)
writeFileSync('dist/cjs/package.json', '{ "type": "commonjs" }\n')
copyFileSync('README.md', 'dist/README.md')
copyFileSync('../../LICENSE', 'dist/LICENSE')
