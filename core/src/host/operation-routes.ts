// Knows: the paths by which a daemon is watched: /metrics, /healthz, /readyz, and a listener for them alone. Refuses to know: what is measured.
import type { Log, Metrics, SocketAddress } from '../base/index.js';
import type { Call, Reply, Route } from './http-server-call.js';
import { notFound } from './http-server-reply.js';
import { type HttpServer, serveHttp, type ServeOptions } from './http-server.js';

export interface Operation {
  readonly metrics: Metrics;
  /** Why no work is taken now, in one line; undefined: it is. */
  readonly unready: () => string | undefined;
}

const text = (status: number, words: string, type = 'text/plain; charset=utf-8'): Reply => ({
  status,
  headers: { 'Content-Type': type, 'Cache-Control': 'no-store' },
  body: new TextEncoder().encode(words),
});

const isLoopback = (ip: string): boolean => ip === '::1' || ip.startsWith('127.');

/**
 * `/healthz` (200 as long as anything is answered) and `/readyz` (200 or 503, with a line that says why) for everybody, `/metrics` for whom
 * `mayMeasure` says; others are told that there is no such path.
 */
export function operationRoutes(operation: Operation, mayMeasure: (call: Call) => boolean): readonly Route[] {
  const route = (pattern: string, answer: (call: Call) => Reply): Route => ({ method: 'GET', pattern, handle: async (call) => answer(call) });
  return [
    route('/healthz', () => text(200, 'ok\n')),
    route('/readyz', () => {
      const why = operation.unready();
      return why === undefined ? text(200, 'ready\n') : text(503, `${why}\n`);
    }),
    route('/metrics', (call) => (mayMeasure(call) ? text(200, operation.metrics.text(), 'text/plain; version=0.0.4; charset=utf-8') : notFound)),
  ];
}

/**
 * Figures tell who works on what, so on a listener that others reach only this machine's own programs are told. Its other addresses do not count as
 * here: by a NAT (`hostPort`, `NodePort`, a container's published port) a stranger may come with one of them.
 */
export const measuredFromHere = (call: Pick<Call, 'remoteIp'>): boolean => isLoopback(call.remoteIp);

/**
 * A listener of its own, in plain HTTP, for whoever reaches it. Undefined address: none.
 * @throws Fault ADDRESS_IN_USE, ADDRESS_INVALID
 */
export async function serveOperation(operation: Operation, address: SocketAddress | undefined, { log, sockets }: { readonly log: Log; readonly sockets?: ServeOptions['sockets'] }): Promise<HttpServer | undefined> {
  if (address === undefined) return undefined;
  const server = await serveHttp({
    routes: operationRoutes(operation, () => true),
    host: address.host,
    port: address.port,
    trustedProxies: [],
    log,
    ...(sockets === undefined ? {} : { sockets }),
    policy: { closeMs: 200 },
  });
  log.info(`metrics on http://${address.family === 6 ? `[${server.host}]` : server.host}:${server.port}/metrics`);
  return server;
}
