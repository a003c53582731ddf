// The words that every room shares. Pure.
export * from './absolute-name.js';
export * from './as-buffer.js';
export * from './bytes.js';
export * from './digest.js';
export * from './environment.js';
export * from './fault.js';
export * from './file-state.js';
export * from './ip.js';
export * from './log.js';
export * from './nearest-name.js';
export * from './scheduler-url.js';
export * from './settings-fields.js';
export * from './settings-lines.js';
export * from './settings-tables.js';
export * from './socket-address.js';
export * from './windows-command-line.js';
export * from './windows-path.js';
