// Decides what a command line means. Pure.
export * from './base-folder.js';
export * from './crate.js';
export { moveDependencies } from './dependency-rewrite.js';
export * from './gnu.js';
export { sysroots, targetOf } from './gnu-sdk.js';
export { languageOf } from './language.js';
export { createLineMarkerScanner } from './line-markers.js';
export * from './looked-for.js';
export * from './manifest.js';
export * from './manifest-codec.js';
export * from './missing-file.js';
export { splitResponseFile } from './response-file.js';
export { placeInText } from './place-in-text.js';
export { readSearchList, type SearchList } from './search-list.js';
export { type IncludeOperand, readsByPragma, sourceMentions, type SourceMentions } from './source-mentions.js';
export { stripColours } from './strip-colours.js';
export * from './types.js';
export { parseXcrun, type XcrunCall } from './xcrun.js';
