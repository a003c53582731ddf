// Decides what a command line means. Pure.
export * from './gnu.js';
export { languageOf } from './language.js';
export { createLineMarkerScanner } from './line-markers.js';
export { splitResponseFile } from './response-file.js';
export { stripColours } from './strip-colours.js';
export * from './types.js';
