// Imported first by main.ts and cli.ts: what they import runs on Node 24.
const [major = 0] = process.versions.node.split('.').map(Number)
if (major < 24) {
  process.stderr.write(
    `weir: this is Node ${process.versions.node}, Weir needs 24 or newer: \`npm ci\` installs it here, \`npm start\` and \`npm run weir\` use it.\n`,
  )
  process.exit(1)
}
