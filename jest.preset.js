// Tests run as ES modules from TypeScript source. The flag that this needs is in each workspace's script.
const common = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': ['@swc/jest', { jsc: { target: 'es2024', parser: { syntax: 'typescript' } } }] },
}

export default {
  projects: [
    {
      ...common,
      displayName: 'unit',
      testMatch: ['<rootDir>/src/**/*.test.ts'],
      testPathIgnorePatterns: ['\\.int\\.test\\.ts$'],
    },
    // A `*.int.test.ts` needs PostgreSQL or Redis: `npm test` at the root brings both.
    { ...common, displayName: 'int', testMatch: ['<rootDir>/src/**/*.int.test.ts'] },
  ],
  testTimeout: 60_000,
}
