// @boundaries-ignore one preset for all workspaces
export { default } from '../../jest.preset.js'
