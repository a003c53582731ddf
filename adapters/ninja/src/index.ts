// How ninja is taught to compile through the launcher: data only, nothing is started and nothing written.
export * from './command-hash.js';
export * from './ninja-log.js';
export * from './ninja-manifest.js';
export * from './ninja-plan.js';
export * from './ninja-pools.js';
export { NinjaSyntaxError } from './ninja-text.js';
export * from './ninja-words.js';
export * from './ninja-wrap.js';
