// The scheduler: parcels jobs out to build servers.
export { type Clock, type SchedulerPorts, systemClock } from './ports.js';
export type { FleetReport, ServerLine } from './fleet-report.js';
export { type RunningScheduler, runScheduler } from './run.js';
export { type ClientAuth, decodeSchedulerSettings, type SchedulerSettings, type ServerAuth } from './settings.js';
export { pinFor } from './tls.js';
