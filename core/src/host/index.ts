// The rooms that touch the world: processes, sockets, files, clock.
export * from './files.js';
export * from './processes.js';
