// Keeps results.
export * from './port.js';
