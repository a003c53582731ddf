// The per-user daemon behind the launcher.
export * from './settings.js';
export * from './settings-paths.js';
export * from './settings-shape.js';
