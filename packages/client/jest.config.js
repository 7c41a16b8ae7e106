// @boundaries-ignore one preset for all workspaces
import preset from '../../jest.preset.js'

// What `npm run build` makes has a manifest of the same name.
const projects = preset.projects.map((project) => ({
  ...project,
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
}))
export default { ...preset, projects }
