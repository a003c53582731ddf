// Knows: the listener on the loopback to which the browser comes back, and which of its visitors are believed.
// Refuses to know: how a code becomes a token, and where that is kept.
import { Fault, isFault, silentLog } from '@sccache-ts/core/base';
import { type Call, type HttpServer, type Reply, type Route, serveHttp } from '@sccache-ts/core/host';
import { authorisationUrl, type Granted, type LoginAttempt, type LoginFlow, loginFailed, readCode, readImplicit, type Returned } from './authorisation.js';
import { donePage, failedPage, handOverPage, jsonReply, startPage, textReply } from './pages.js';

/** Registered with providers as redirect addresses, so there are no others (wire protocol, section 14). */
export const loginPorts: readonly number[] = [12731, 32492, 56909];

export interface LoginPageOptions {
  readonly flow: LoginFlow;
  readonly attempt: Pick<LoginAttempt, 'state' | 'verifier'>;
  readonly exchange: (code: string, attempt: LoginAttempt) => Promise<Granted>;
  /** Hears of visitors that were not believed; the login goes on. */
  readonly complain: (sentence: string) => void;
  readonly ports?: readonly number[];
}

export interface LoginPage {
  readonly url: string;
  /** @throws Fault LOGIN_FAILED and what `exchange` throws */
  readonly granted: Promise<Granted>;
  close(): Promise<void>;
}

interface Visit {
  readonly attempt: LoginAttempt;
  readonly options: LoginPageOptions;
  /** Once only: a code or a token is taken the first time it comes. */
  take(): boolean;
  settle(granted: Promise<Granted>): void;
}

const nothing: Reply = { status: 404 };
/** A browser that does not close its connections must not keep us. */
const closeMs = 500;

function stranger({ options }: Visit, path: string, why: string): void {
  options.complain(`a visitor of ${path} was sent away: ${why}`);
}

async function redirected(visit: Visit, query: URLSearchParams): Promise<Reply> {
  const { attempt, options } = visit;
  if (options.flow.kind === 'oauth2_implicit') return handOverPage();
  const returned = readCode(query, attempt.state);
  if (returned.kind === 'stranger') {
    stranger(visit, '/redirect', returned.why);
    return failedPage(400, `${returned.why}. If you have just logged in, begin again.`);
  }
  if (!visit.take()) return failedPage(409, 'this login was completed before');
  const granted = returned.kind === 'granted' ? options.exchange(returned.value, attempt) : Promise.reject(loginFailed(`the login was refused: ${returned.why}`));
  visit.settle(granted);
  try {
    await granted;
    return donePage();
  } catch (thrown) {
    return failedPage(502, isFault(thrown) ? thrown.message : 'see the terminal');
  }
}

async function saved(visit: Visit, query: URLSearchParams): Promise<Reply> {
  const returned: Returned<Granted> = readImplicit(query, visit.attempt.state);
  if (returned.kind === 'stranger') {
    stranger(visit, '/save_auth', returned.why);
    return textReply(400, returned.why);
  }
  if (!visit.take()) return textReply(409, 'this login was completed before');
  if (returned.kind === 'granted') {
    visit.settle(Promise.resolve(returned.value));
    return jsonReply('');
  }
  visit.settle(Promise.reject(loginFailed(`the login was refused: ${returned.why}`)));
  return textReply(502, returned.why);
}

function routesOf(visit: Visit, port: number): readonly Route[] {
  const hosts = [`localhost:${port}`, `127.0.0.1:${port}`, `[::1]:${port}`];
  // A page of a stranger whose name leads here would otherwise read what we answer.
  const here = (answer: (query: URLSearchParams) => Promise<Reply> | Reply) => async (call: Call): Promise<Reply> =>
    hosts.includes(call.headers.host ?? '') ? answer(new URLSearchParams(call.query)) : nothing;
  const routes: Route[] = [
    { method: 'GET', pattern: '/', handle: here(startPage) },
    { method: 'GET', pattern: '/auth_detail.json', handle: here(() => jsonReply(authorisationUrl(visit.options.flow, visit.attempt))) },
    { method: 'GET', pattern: '/redirect', handle: here((query) => redirected(visit, query)) },
  ];
  if (visit.options.flow.kind === 'oauth2_implicit') routes.push({ method: 'POST', pattern: '/save_auth', handle: here((query) => saved(visit, query)) });
  return routes;
}

/** On both loopbacks, since nobody knows which of them the browser takes for localhost; undefined when somebody listens on either. */
async function listenAt(port: number, routes: (port: number) => readonly Route[]): Promise<readonly HttpServer[] | undefined> {
  const servers: HttpServer[] = [];
  for (const host of ['127.0.0.1', '::1']) {
    try {
      servers.push(await serveHttp({ routes: routes(port), host, port, trustedProxies: [], log: silentLog, policy: { closeMs } }));
    } catch (thrown) {
      // No IPv6 on this machine: then nobody can be there before us either.
      if (host === '::1' && isFault(thrown, 'ADDRESS_INVALID')) continue;
      for (const server of servers) await server.close();
      if (isFault(thrown, 'ADDRESS_IN_USE')) return undefined;
      throw thrown;
    }
  }
  return servers;
}

/** @throws Fault ADDRESS_IN_USE when none of the ports is free */
export async function openLoginPage(options: LoginPageOptions): Promise<LoginPage> {
  const ports = options.ports ?? loginPorts;
  let resolveGranted: (granted: Promise<Granted>) => void = () => undefined;
  const granted = new Promise<Granted>((resolve) => (resolveGranted = resolve));
  granted.catch(() => undefined);
  let taken = false;
  const visitAt = (port: number): Visit => ({
    attempt: { ...options.attempt, redirectUri: `http://localhost:${port}/redirect` },
    options,
    take: () => !taken && (taken = true),
    settle: resolveGranted,
  });
  for (const port of ports) {
    const servers = await listenAt(port, (at) => routesOf(visitAt(at), at));
    if (servers === undefined) continue;
    const close = async (): Promise<void> => void (await Promise.all(servers.map((server) => server.close())));
    return { url: `http://localhost:${port}`, granted, close };
  }
  throw new Fault('ADDRESS_IN_USE', `the login page cannot be shown: the ports ${ports.join(', ')} of localhost are taken`, {
    hint: 'One of them must be free: login providers know these addresses and no others. Perhaps another login is under way.',
  });
}
