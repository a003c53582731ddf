// One compile from end to end.
export type { Answer, Outcome } from './answers.js';
export * from './compile.js';
export * from './compilers.js';
export { speaksCl } from './compilers-names.js';
export { createLinks, type Links } from './crate-link.js';
export { createDistClient, type DistClient } from './dist-client.js';
export { createDistribution, type DistributionPorts, type DistributionSettings, type DistributionStatus, type LiveDistribution } from './distribution.js';
export type { EnginePorts } from './engine-ports.js';
export type { NearPorts } from './near.js';
export * from './perform.js';
export * from './ports.js';
export { createRecall, type Recall, type Recalled } from './recall.js';
export * from './report.js';
export { createSettling } from './settling.js';
export { createSourceMemo } from './source-memo.js';
export type { ToolchainRule } from './toolchain-choice.js';
export { repackedKey } from './toolchain-overrides.js';
export { createXcrunResolver } from './xcrun.js';
