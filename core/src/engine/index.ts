// One compile from end to end.
export * from './compile.js';
export * from './compilers.js';
export { createDistribution, type DistributionPorts, type DistributionSettings, type DistributionStatus, type LiveDistribution } from './distribution.js';
export * from './perform.js';
export * from './ports.js';
export * from './report.js';
export type { ToolchainRule } from './toolchains.js';
