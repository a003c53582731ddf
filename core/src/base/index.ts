// The words that every room shares. Pure.
export * from './bytes.js';
export * from './digest.js';
export * from './environment.js';
export * from './fault.js';
export * from './log.js';
