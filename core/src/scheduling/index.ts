// Which build server gets the next job. Pure.
export { createFleet, totalsOf } from './fleet.js';
export type { Fleet, FleetTotals, Job, JobNumber, Server, ServerCertificate, ServerName, ServerProfile, Stage } from './fleet.js';
export { slotsOf } from './placement.js';
export { mostServers, step } from './step.js';
export type { FleetEvent, FleetEvents, FleetOutcomes } from './step.js';
