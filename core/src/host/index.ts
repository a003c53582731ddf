// The rooms that touch the world: processes, sockets, files, clock.
export {};
