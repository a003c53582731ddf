// Decides what a command line means. Pure.
export * from './types.js';
