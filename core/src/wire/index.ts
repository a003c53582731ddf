// Bytes <-> messages. Pure.
export * from './dist-messages.js';
