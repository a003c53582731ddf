// The build server: runs compile jobs in a sandbox.
export { type BuilderPorts, type Clock } from './ports.js';
export { type RunBuilderOptions, runBuilder, type RunningBuilder } from './run.js';
export { oursHeader, stepsHeader } from './run-job.js';
export { type BuilderSettings, decodeBuilderSettings } from './settings.js';
