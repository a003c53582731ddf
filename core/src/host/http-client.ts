// Knows: how one HTTP request is made, over connections kept for the next one, with bounds on time and size.
// Refuses to know: what the request means. Over undici, which is loaded with the first request.
import { X509Certificate } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { TLSSocket } from 'node:tls';
import type * as undiciModule from 'undici';
import { Fault, isFault } from '../base/index.js';
import { pinOf } from './pinned-key.js';

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'HEAD';
  /** `http:` or `https:`, whole. Its query is never shown in a fault. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Bytes travel with content-length, anything else chunked. */
  readonly body?: Uint8Array | Readable | AsyncIterable<Uint8Array> | { readonly file: string };
  /** PEM of the one certificate that the server may show; without it the machine's authorities decide. */
  readonly ca?: string;
  /** Digest of the one public key that the server may show (`pinOf`); not beside `ca`. */
  readonly pin?: string;
  /** For the whole exchange, the last byte of the reply included. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  /** Bytes of reply that are accepted. */
  readonly maxReply: number;
  /**
   * True when asking twice does no harm: one more attempt is made when a kept connection proves dead before the reply began.
   * Default: GET and HEAD. A body that is not bytes is never sent twice.
   */
  readonly repeatable?: boolean;
}

export interface HttpReply {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Uint8Array;
}

export interface HttpClient {
  /**
   * Any status is a reply.
   * @throws Fault HTTP_UNREACHABLE, HTTP_TIMEOUT, WIRE_TOO_LARGE, CANCELLED
   */
  request(request: HttpRequest): Promise<HttpReply>;
  /** Ends all connections; requests under way fail. */
  close(): Promise<void>;
}

export interface HttpClientOptions {
  /** At once, to one origin. Default 64. */
  readonly maxConnections?: number;
  /** Default 5000. */
  readonly connectTimeoutMs?: number;
}

type Undici = typeof undiciModule;
type Pool = undiciModule.Pool;
interface KeptPool {
  readonly pool: Pool;
  /** What the server must show. */
  readonly shown: string | undefined;
}

/** Servers come and go with new ports; connections to more than this many origins are not kept. */
const maxOrigins = 256;
/** Below what servers usually allow (node: 5 s), so that they seldom close under our feet; a server may say more. */
const keepAliveMs = 4_000;

/** Says whether this is the certificate that was asked for; undefined: authorities decide. */
function judgeOf({ ca, pin }: HttpRequest): ((shown: X509Certificate) => boolean) | undefined {
  if (ca === undefined) return pin === undefined ? undefined : (shown) => pinOf(shown) === pin;
  const wanted = new X509Certificate(ca).raw;
  return (shown) => shown.raw.equals(wanted);
}

/** On Windows a socket is only told to keep itself alive once it is connected: where the system knows no delays (wine), connecting would fail. */
const onWindows = process.platform === 'win32';
const aliveMs = 60_000;

function plain(undici: Undici, timeout: number): NonNullable<undiciModule.Pool.Options['connect']> {
  if (!onWindows) return { timeout };
  const connect = undici.buildConnector({ timeout, keepAlive: false });
  return (options, callback) =>
    connect(options, (...[error, socket]) => {
      if (error !== null) return callback(error, null);
      socket.setKeepAlive(true, aliveMs);
      callback(null, socket);
    });
}

/**
 * The connection is given up before a byte of ours is sent unless the peer shows the very certificate that was asked for; the
 * handshake proves that it holds the key. Dates, names and authorities say nothing that this does not say better, and
 * not asking them keeps a wrong clock from mattering.
 */
function pinned(undici: Undici, isWanted: (shown: X509Certificate) => boolean, timeout: number): NonNullable<undiciModule.Pool.Options['connect']> {
  const connect = undici.buildConnector({ rejectUnauthorized: false, maxCachedSessions: 0, timeout, ...(onWindows ? { keepAlive: false } : {}) });
  return (options, callback) =>
    connect(options, (...[error, socket]) => {
      const shown = socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined;
      if (error !== null) {
        callback(error, null);
      } else if (shown !== undefined && isWanted(shown)) {
        if (onWindows) socket.setKeepAlive(true, aliveMs);
        callback(null, socket);
      } else {
        socket.destroy();
        callback(new Error('the server shows another certificate than the one it announced'), null);
      }
    });
}

/** Codes of errors that a kept connection gives when the peer has closed it meanwhile. */
const staleCodes = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);
const codeOf = (thrown: unknown): string => String((thrown as { code?: unknown } | undefined)?.code ?? '');

async function readBounded(body: AsyncIterable<Uint8Array>, request: HttpRequest): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.byteLength;
    if (size > request.maxReply) throw tooLarge(request, `more than ${request.maxReply}`);
    chunks.push(chunk);
  }
  const whole = Buffer.concat(chunks, size);
  return new Uint8Array(whole.buffer, whole.byteOffset, whole.byteLength);
}

const label = (request: HttpRequest): string => {
  const { host, pathname } = new URL(request.url);
  return `${request.method} ${host}${pathname}`;
};
const tooLarge = (request: HttpRequest, size: string): Fault =>
  new Fault('WIRE_TOO_LARGE', `${label(request)}: reply of ${size} bytes; at most ${request.maxReply} are accepted`);

function faultOf(thrown: unknown, request: HttpRequest, timeout: AbortSignal): Fault {
  if (isFault(thrown)) return thrown;
  if (request.signal?.aborted === true) return new Fault('CANCELLED', `${label(request)}: cancelled`);
  if (timeout.aborted || codeOf(thrown) === 'UND_ERR_CONNECT_TIMEOUT') {
    const what = timeout.aborted ? `no complete reply in ${request.timeoutMs} ms` : 'no connection in time';
    return new Fault('HTTP_TIMEOUT', `${label(request)}: ${what}`, { cause: thrown });
  }
  const why = thrown instanceof Error ? thrown.message || codeOf(thrown) : String(thrown);
  return new Fault('HTTP_UNREACHABLE', `${label(request)}: ${why}`, { cause: thrown });
}

/** A file is opened for each attempt, and read no faster than the peer takes it. */
function bodyOf(body: HttpRequest['body']): Readable | Uint8Array | null {
  if (body === undefined) return null;
  if ('file' in body) return createReadStream(body.file, { highWaterMark: 256 * 1024 });
  return body as Readable | Uint8Array;
}

async function exchange(pool: Pool, request: HttpRequest, signal: AbortSignal): Promise<HttpReply> {
  const { pathname, search } = new URL(request.url);
  const send = () =>
    pool.request({
      method: request.method,
      path: pathname + search,
      headers: { ...request.headers },
      body: bodyOf(request.body),
      signal,
    });
  const once = request.body !== undefined && !(request.body instanceof Uint8Array);
  const repeatable = !once && (request.repeatable ?? (request.method === 'GET' || request.method === 'HEAD'));
  const reply = await send().catch((thrown: unknown) => {
    if (repeatable && staleCodes.has(codeOf(thrown)) && !signal.aborted) return send();
    throw thrown;
  });
  const announced = Number(reply.headers['content-length'] ?? 0);
  if (announced > request.maxReply) {
    reply.body.on('error', () => {
      // Destroyed by us in the next line.
    });
    reply.body.destroy();
    throw tooLarge(request, String(announced));
  }
  return { status: reply.statusCode, headers: reply.headers, body: await readBounded(reply.body, request) };
}

/** A client with connections of its own: no proxy, no cookie, no redirect, nothing from the environment. */
export function createHttpClient(options: HttpClientOptions = {}): HttpClient {
  const { maxConnections = 64, connectTimeoutMs = 5_000 } = options;
  /** By origin, the longest unused first. */
  const pools = new Map<string, KeptPool>();
  let closed = false;

  const retire = (kept: KeptPool): void => {
    // Requests that are under way end first; how they end is told to those who wait for them.
    kept.pool.close().catch(() => undefined);
  };

  function poolFor(undici: Undici, request: HttpRequest): Pool {
    if (closed) throw new Fault('CANCELLED', `${label(request)}: this client is closed`);
    const { origin, protocol } = new URL(request.url);
    const shown = request.ca ?? request.pin;
    if (shown !== undefined && protocol !== 'https:') {
      throw new Fault('IMPOSSIBLE', `${label(request)}: a certificate is pinned, but the address is not https`);
    }
    const known = pools.get(origin);
    pools.delete(origin);
    if (known !== undefined && known.shown === shown) {
      pools.set(origin, known);
      return known.pool;
    }
    if (known !== undefined) retire(known);
    const isWanted = judgeOf(request);
    const pool = new undici.Pool(origin, {
      connect: isWanted === undefined ? plain(undici, connectTimeoutMs) : pinned(undici, isWanted, connectTimeoutMs),
      connections: maxConnections,
      pipelining: 1,
      keepAliveTimeout: keepAliveMs,
      keepAliveMaxTimeout: 60_000,
      // The request's own deadline rules; undici's timers are coarse and restart with every byte.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    pools.set(origin, { pool, shown });
    const [oldest] = pools;
    if (pools.size > maxOrigins && oldest !== undefined) {
      pools.delete(oldest[0]);
      retire(oldest[1]);
    }
    return pool;
  }

  return {
    async request(request) {
      const timeout = AbortSignal.timeout(request.timeoutMs);
      const signal = request.signal === undefined ? timeout : AbortSignal.any([timeout, request.signal]);
      try {
        return await exchange(poolFor(await import('undici'), request), request, signal);
      } catch (thrown) {
        throw faultOf(thrown, request, timeout);
      }
    },
    async close() {
      closed = true;
      const all = [...pools.values()];
      pools.clear();
      await Promise.all(all.map(({ pool }) => pool.destroy()));
    },
  };
}
