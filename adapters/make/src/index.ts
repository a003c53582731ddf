// How make is taught to compile through the launcher: data only, nothing is started and nothing written.
export * from './compiler-names.js';
export * from './make-plan.js';
export * from './make-words.js';
