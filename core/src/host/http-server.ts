// Knows: how the scheduler and the build server listen: HTTP/1.1 with sccache's conventions, bounded in every direction.
// Refuses to know: routes, tokens and messages.
import { createServer, type IncomingMessage, type Server, type ServerOptions, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { Fault, type Log } from '../base/index.js';
import { type BodyPolicy, bodyPolicy, requestBody } from './http-server-body.js';
import { type Reply, type Route, type RouteMatch, createRouter, remoteIpOf } from './http-server-call.js';
import { answeredWith, errorReply, notFound, replyFor } from './http-server-reply.js';
import type { InheritedSockets } from './inherited-sockets.js';

export interface ServerPolicy extends BodyPolicy {
  /** Longest time from a connection's first byte (or from accepting it) to the end of a request's head, in milliseconds. */
  readonly headMs: number;
  readonly headBytes: number;
  /** Longest standstill while a reply is being sent, in milliseconds. */
  readonly replyMs: number;
  /** How long an idle connection is kept, in milliseconds. Longer than clients keep theirs, so that it is they who close. */
  readonly idleMs: number;
  readonly connections: number;
  /** How long `close` waits for calls that are being handled, in milliseconds. */
  readonly closeMs: number;
}

export const serverPolicy: ServerPolicy = {
  ...bodyPolicy,
  headMs: 20_000,
  headBytes: 32 * 1024,
  replyMs: 120_000,
  idleMs: 75_000,
  connections: 8192,
  closeMs: 5_000,
};

export interface ServeOptions {
  readonly routes: readonly Route[];
  /** An IP address of this machine. */
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** PEM. */
  readonly tls?: { readonly key: string | Uint8Array; readonly cert: string | Uint8Array };
  /** IP addresses whose `X-Real-IP` is believed; see `loopbackProxies`. */
  readonly trustedProxies: readonly string[];
  readonly log: Log;
  /** Where one of these listens at the address already, it is used. */
  readonly sockets?: Pick<InheritedSockets, 'take'>;
  readonly policy?: Partial<ServerPolicy>;
}

export interface HttpServer {
  readonly host: string;
  readonly port: number;
  /** Stops listening, waits for calls within bounds, then cuts every connection. */
  close(): Promise<void>;
}

/** Requests of one connection that may be under way at once; more is an attack, clients send one after the other. */
const pipelined = 8;

interface Serving {
  readonly options: ServeOptions;
  readonly policy: ServerPolicy;
  readonly route: (method: string, url: string) => RouteMatch | undefined;
  readonly underWay: WeakMap<Socket, number>;
}

function partsOf(body: Reply['body']): readonly Uint8Array[] {
  if (body === undefined) return [];
  return body instanceof Uint8Array ? [body] : body;
}

/** Everything but the end of the reply, so that the connection outlives a body that is still coming. */
function sendReply(response: ServerResponse, reply: Reply, replyMs: number): void {
  const parts = partsOf(reply.body);
  const length = parts.reduce((sum, part) => sum + part.byteLength, 0);
  // Node destroys the socket at this time-out, and sets its own when the reply is finished.
  response.socket?.setTimeout(replyMs);
  response.writeHead(reply.status, { ...reply.headers, 'Content-Length': length });
  for (const part of parts) response.write(part);
  if (length === 0) response.flushHeaders();
}

async function handle(serving: Serving, match: RouteMatch | undefined, request: IncomingMessage, signal: AbortSignal) {
  const { options, policy } = serving;
  const body = requestBody(request, policy);
  const remoteIp = remoteIpOf(request, options.trustedProxies);
  const call = async (): Promise<Reply> => {
    if (match === undefined) return notFound;
    return match.route.handle({
      params: match.params,
      query: /\?(.*)$/s.exec(request.url ?? '')?.[1] ?? '',
      headers: request.headers,
      body: body.stream,
      readBody: body.read,
      received: body.received,
      // Only those who ask are told: a client's compile must not fail because of a field that nobody needs.
      get remoteIp() {
        if (remoteIp !== undefined) return remoteIp;
        throw answeredWith({ status: 400 }, new Fault('WIRE_MALFORMED', 'X-Real-IP of a trusted proxy is not an IP address'));
      },
      signal,
    });
  };
  const reply = await call().catch((thrown: unknown) => {
    const why = thrown instanceof Error ? thrown.message : String(thrown);
    options.log.warn(`${request.method} ${match?.route.pattern}: ${why}`, { from: remoteIp });
    return replyFor(thrown);
  });
  return { reply, body };
}

async function answer(serving: Serving, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { options, policy } = serving;
  const started = performance.now();
  const gone = new AbortController();
  response.on('close', () => {
    if (!response.writableFinished) gone.abort(new Fault('CANCELLED', 'the caller went away before its reply was finished'));
  });
  response.on('error', (cause) => options.log.debug(`reply not sent: ${cause.message}`));
  const match = serving.route(request.method ?? '', request.url ?? '');
  const { reply, body } = await handle(serving, match, request, gone.signal);
  options.log.debug(`${request.method} ${match?.route.pattern ?? 'unknown path'}`, {
    status: reply.status,
    ms: Math.round(performance.now() - started),
  });
  if (gone.signal.aborted) return;
  try {
    sendReply(response, reply, policy.replyMs);
  } catch (thrown) {
    // A header field that HTTP does not allow: nothing has been sent yet.
    if (response.headersSent) throw thrown;
    options.log.error(`reply of ${match?.route.pattern} cannot be sent: ${String(thrown)}`);
    sendReply(response, errorReply(500, thrown), policy.replyMs);
  }
  const drained = await body.drain();
  response.end(() => {
    if (!drained) request.socket.destroy();
  });
}

/** Whatever node cannot parse, or waits too long for, it would answer with a 4xx of its own. */
function answerBrokenHead(serving: Serving, error: NodeJS.ErrnoException, socket: Socket): void {
  const silent = !socket.writable || error.code === 'ECONNRESET' || serving.underWay.has(socket);
  if (silent || socket.bytesRead === 0) {
    socket.destroy();
    return;
  }
  serving.underWay.set(socket, 1);
  const fault = new Fault('WIRE_MALFORMED', `request head not understood: ${error.code ?? error.message}`);
  const { headers = {}, body } = errorReply(500, fault);
  const text = Buffer.concat(partsOf(body)).toString();
  const fields = Object.entries({ ...headers, 'Content-Length': Buffer.byteLength(text), Connection: 'close' });
  const head = fields.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  socket.end(`HTTP/1.1 500 Internal Server Error\r\n${head}\r\n${text}`);
  // Unread bytes at the time of closing would take the reply away from the peer.
  setTimeout(() => socket.destroy(), 250).unref();
}

function createListener(serving: Serving): Server {
  const { policy, options } = serving;
  const settings: ServerOptions = {
    requestTimeout: 0,
    headersTimeout: policy.headMs,
    connectionsCheckingInterval: Math.min(5_000, policy.headMs),
    keepAliveTimeout: policy.idleMs,
    maxHeaderSize: policy.headBytes,
    requireHostHeader: false,
    keepAlive: true,
    keepAliveInitialDelay: 30_000,
    noDelay: true,
  };
  const { tls } = options;
  const key = (pem: string | Uint8Array): string | Buffer => (typeof pem === 'string' ? pem : Buffer.from(pem));
  const server =
    tls === undefined
      ? createServer(settings)
      : createTlsServer({
          ...settings,
          key: key(tls.key),
          cert: key(tls.cert),
          ALPNProtocols: ['http/1.1'],
          minVersion: 'TLSv1.2',
          handshakeTimeout: policy.headMs,
        });
  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    const { socket } = request;
    const calls = (serving.underWay.get(socket) ?? 0) + 1;
    if (calls > pipelined) {
      socket.destroy();
      return;
    }
    serving.underWay.set(socket, calls);
    const done = (): void => {
      const left = (serving.underWay.get(socket) ?? 1) - 1;
      if (left > 0) serving.underWay.set(socket, left);
      else serving.underWay.delete(socket);
    };
    answer(serving, request, response)
      .catch((thrown: unknown) => {
        options.log.error(`reply broken off: ${thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)}`);
        socket.destroy();
      })
      .finally(done);
  };
  server.maxConnections = policy.connections;
  return server
    .on('request', onRequest)
    .on('checkExpectation', onRequest)
    .on('clientError', (error: NodeJS.ErrnoException, socket) => answerBrokenHead(serving, error, socket as Socket))
    .on('tlsClientError', (error: Error) => options.log.debug(`TLS handshake failed: ${error.message}`));
}

function listen(server: Server, { host, port, sockets }: ServeOptions): Promise<AddressInfo> {
  const fd = sockets?.take(host, port);
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const code = cause.code === 'EADDRINUSE' ? 'ADDRESS_IN_USE' : 'ADDRESS_INVALID';
      const hint = code === 'ADDRESS_IN_USE' ? 'Another program listens there; stop it or choose another port.' : 'Use an address of this machine.';
      reject(new Fault(code, `cannot listen on ${host} port ${port}: ${cause.code ?? cause.message}`, { hint, cause }));
    });
    server.listen(fd === undefined ? { host, port } : { fd }, () => resolve(server.address() as AddressInfo));
  });
}

/** Listens until closed. @throws Fault ADDRESS_IN_USE, ADDRESS_INVALID */
export async function serveHttp(options: ServeOptions): Promise<HttpServer> {
  const policy = { ...serverPolicy, ...options.policy };
  const serving: Serving = { options, policy, route: createRouter(options.routes), underWay: new WeakMap() };
  const server = createListener(serving);
  const connections = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    connections.add(socket);
    socket.on('close', () => connections.delete(socket));
  });
  const { address, port } = await listen(server, options);
  server.on('error', (error) => options.log.error(`listener on ${address} port ${port}: ${error.message}`));
  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      const cut = setTimeout(() => {
        for (const socket of connections) socket.destroy();
      }, policy.closeMs);
      server.close(() => {
        clearTimeout(cut);
        resolve();
      });
    });
  let stopped: Promise<void> | undefined;
  return { host: address, port, close: () => (stopped ??= stop()) };
}
