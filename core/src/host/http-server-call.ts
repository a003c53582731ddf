// Knows: what a handler sees of a request, which route it takes and who sent it. Refuses to know: what handlers do.
import { parseIp, sameIp } from '../base/index.js';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';

export interface Call {
  /** The `:name` segments of the pattern, percent-decoded. */
  readonly params: Readonly<Record<string, string>>;
  /** What stands behind the first `?`, as it came; empty when there is none. Never logged. */
  readonly query: string;
  readonly headers: IncomingHttpHeaders;
  /** Fails with Fault HTTP_TIMEOUT or HTTP_UNREACHABLE. What is left unread is taken off the connection within bounds. */
  readonly body: Readable;
  /** The whole body. @throws Fault WIRE_TOO_LARGE beyond `limit` bytes, HTTP_TIMEOUT, HTTP_UNREACHABLE */
  readBody(limit: number): Promise<Uint8Array>;
  /** Bytes of the body that have been taken in so far. */
  received(): number;
  /**
   * Of the TCP peer, or as a trusted proxy says. IPv4 is never spelled as IPv6.
   * @throws Fault WIRE_MALFORMED, answered with 400, when a trusted proxy says something that is no IP address
   */
  readonly remoteIp: string;
  /** Aborted when the peer goes away before the reply is finished; noticed while the body is being read and afterwards. */
  readonly signal: AbortSignal;
}

export interface Reply {
  readonly status: number;
  /** `Content-Length` is added. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | readonly Uint8Array[];
}

export interface Route {
  readonly method: 'GET' | 'POST';
  /** E.g. `/api/v1/scheduler/job_state/:job`; every `:name` stands for one segment that is not empty. */
  readonly pattern: string;
  /** A Fault thrown becomes 500 (AUTH_REFUSED: 401, or as arranged by `answeredWith`). */
  handle(call: Call): Promise<Reply>;
}

export interface RouteMatch {
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
}

function matchSegments(pattern: readonly string[], path: readonly string[]): Record<string, string> | undefined {
  if (pattern.length !== path.length) return undefined;
  const params: Record<string, string> = {};
  for (const [at, expected] of pattern.entries()) {
    const segment = path[at] ?? '';
    if (!expected.startsWith(':')) {
      if (segment !== expected) return undefined;
    } else {
      try {
        params[expected.slice(1)] = decodeURIComponent(segment);
      } catch {
        // A broken escape names nothing that exists.
        return undefined;
      }
      if (segment === '') return undefined;
    }
  }
  return params;
}

/** Finds the route of `POST /path?query`; the query is ignored. */
export function createRouter(routes: readonly Route[]): (method: string, url: string) => RouteMatch | undefined {
  const table = routes.map((route) => ({ route, segments: route.pattern.split('/') }));
  return (method, url) => {
    const path = (url.split('?', 1)[0] ?? '').split('/');
    for (const { route, segments } of table) {
      if (route.method !== method) continue;
      const params = matchSegments(segments, path);
      if (params !== undefined) return { route, params };
    }
    return undefined;
  };
}

/** Proxies that are believed unless the operator names others. */
export const loopbackProxies: readonly string[] = ['127.0.0.1', '::1'];

const plainIp = (text: string): string => (/^::ffff:[0-9.]+$/i.test(text) ? text.slice(7) : text);

/**
 * Who sent it. `X-Real-IP` counts only when the TCP peer is a trusted proxy: anybody can write that field.
 * Undefined when a trusted proxy's field is no IP address.
 */
export function remoteIpOf(request: IncomingMessage, trustedProxies: readonly string[]): string | undefined {
  const peer = plainIp(request.socket.remoteAddress ?? '');
  const claimed = request.headers['x-real-ip'];
  if (claimed === undefined || !trustedProxies.some((proxy) => sameIp(proxy, peer))) return peer;
  return typeof claimed === 'string' && parseIp(claimed) !== undefined ? plainIp(claimed) : undefined;
}
