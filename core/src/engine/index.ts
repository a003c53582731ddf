// One compile from end to end.
export * from './ports.js';
