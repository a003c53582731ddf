// Keeps results.
export * from './counting.js';
export * from './deadline.js';
export * from './disk-storage.js';
export * from './memory-storage.js';
export * from './port.js';
export * from './read-only.js';
