// Being the daemon: its process, and the engine in it. A door of its own: commands that only ask it start without an engine.
export * from '../daemon.js';
export * from '../prepare.js';
export * from '../run-daemon.js';
