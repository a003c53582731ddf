// Knows: how a login goes from the first word on the terminal to a token. Refuses to know: where tokens are kept.
import { randomBytes } from 'node:crypto';
import { causeChain, isFault } from '@sccache-ts/core/base';
import type { HttpClient } from '@sccache-ts/core/host';
import { codeRequest, type Granted, type LoginAttempt, type LoginFlow, loginFailed, readTokenAnswer } from './authorisation.js';
import { openLoginPage } from './login-page.js';

export interface LoginPorts {
  readonly http: Pick<HttpClient, 'request'>;
  /** For the person at the terminal; whole lines. */
  readonly print: (text: string) => void;
  readonly complain: (text: string) => void;
  /** Tried in order; default those that providers know. */
  readonly ports?: readonly number[];
  /** How long somebody may take to log in, in milliseconds. Default half an hour. */
  readonly patienceMs?: number;
}

type CodeFlow = LoginFlow & { kind: 'oauth2_code_grant_pkce' };

const exchangeMs = 30_000;
const longestAnswer = 1024 * 1024;
const halfAnHour = 30 * 60_000;

/**
 * Hands in a code. Asks as sccache does, in JSON; a provider that knows the RFC's forms only is asked again in its way.
 * @throws Fault LOGIN_FAILED without a word of the code or the token
 */
async function exchange(flow: CodeFlow, http: LoginPorts['http'], given: { attempt: LoginAttempt; code: string }): Promise<Granted> {
  const asked = codeRequest(flow, given.attempt, given.code);
  const forms = [
    { type: 'application/json', body: JSON.stringify(asked) },
    { type: 'application/x-www-form-urlencoded', body: new URLSearchParams(asked).toString() },
  ];
  for (const [at, { type, body }] of forms.entries()) {
    const reply = await http
      .request({
        method: 'POST',
        url: flow.tokenUrl,
        headers: { 'content-type': type, accept: 'application/json' },
        body: new TextEncoder().encode(body),
        timeoutMs: exchangeMs,
        maxReply: longestAnswer,
      })
      .catch((thrown: unknown) => {
        if (!isFault(thrown)) throw thrown;
        throw loginFailed(`the login provider did not give a token: ${causeChain(thrown).slice(0, 1).join('')}`);
      });
    const answer = readTokenAnswer(reply.status, new TextDecoder().decode(reply.body), at === 0);
    if (answer.kind === 'granted') return answer.value;
    if (answer.kind !== 'again') throw loginFailed(`the login provider did not give a token: ${answer.why}`);
  }
  throw loginFailed('the login provider did not give a token: it understands neither JSON nor forms');
}

function patience(ms: number): { readonly over: Promise<never>; readonly end: () => void } {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(loginFailed(`nobody has logged in for ${Math.round(ms / 60_000)} minutes`)), ms);
  });
  return { over, end: () => clearTimeout(timer) };
}

/**
 * Shows the login page's address and waits until somebody has logged in there.
 * @throws Fault LOGIN_FAILED, ADDRESS_IN_USE
 */
export async function logIn(flow: LoginFlow, ports: LoginPorts): Promise<Granted> {
  const page = await openLoginPage({
    flow,
    attempt: { state: randomBytes(16).toString('hex'), verifier: randomBytes(32).toString('base64url') },
    exchange: (code, attempt) =>
      flow.kind === 'oauth2_code_grant_pkce' ? exchange(flow, ports.http, { attempt, code }) : Promise.reject(loginFailed('the provider sent a code where a token was asked for')),
    complain: (sentence) => ports.complain(`sccache: ${sentence}\n`),
    ...(ports.ports === undefined ? {} : { ports: ports.ports }),
  });
  const wait = patience(ports.patienceMs ?? halfAnHour);
  try {
    ports.print(`sccache: Please visit ${page.url} in your browser\n`);
    return await Promise.race([page.granted, wait.over]);
  } finally {
    wait.end();
    await page.close();
  }
}
