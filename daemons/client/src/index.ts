// The per-user daemon behind the launcher.
export * from './settings.js';
export * from './settings-paths.js';
export * from './settings-shape.js';
export * from './statistics.js';
export * from './statistics-json.js';
export * from './statistics-text.js';
