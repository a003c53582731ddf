// The build server: runs jobs in a sandbox.
export { type BuilderSettings, decodeBuilderSettings } from './settings.js';
