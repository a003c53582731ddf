// The per-user daemon behind the launcher: what its settings, its logins, its statistics and its records are.
export { logIn } from './login/login.js';
export { loggedIn } from './login/logged-in.js';
export { isShort } from './login/token-life.js';
export { keepToken, readKeptToken } from './login/token-store.js';
export * from './records/read-records.js';
export * from './records/records-json.js';
export * from './records/records-text.js';
export { explain, type Explanation } from './records/why.js';
export { findCompile, type Found, type History } from './records/record-history.js';
export type { ClientDistribution } from './services.js';
export { whyNoLogin } from './settings-auth.js';
export * from './settings.js';
export * from './settings-paths.js';
export * from './settings-shape.js';
export * from './statistics.js';
export * from './statistics-json.js';
export * from './statistics-keeper.js';
export * from './statistics-text.js';
