// One compile from end to end.
export * from './compile.js';
export * from './perform.js';
export * from './ports.js';
export * from './report.js';
