// The per-user daemon behind the launcher.
export * from './daemon.js';
export * from './run-daemon.js';
export type { Served } from './session.js';
