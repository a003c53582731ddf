// The rooms that touch the world: processes, sockets, files, clock.
export * from './certificate.js';
export * from './file-digests.js';
export * from './files.js';
export * from './hash-file.js';
export * from './http-server-call.js';
export * from './http-server-reply.js';
export * from './http-server.js';
export * from './land.js';
export * from './processes.js';
export * from './response-file.js';
export * from './settings-file.js';
export * from './toolchain-cache.js';
