// How CMake is taught to compile through the launcher: data only, nothing is started and nothing written.
export * from './cmake-folder.js';
export * from './cmake-plan.js';
export * from './cmake-presets.js';
export * from './cmake-words.js';
