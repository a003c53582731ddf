// What teaches cargo and rustc to compile through the launcher: data only, nothing is started and nothing written.
export { rustcDialect } from './dialect/rustc.js';
export * from './cargo.js';
