// Knows: what a build server says that joins by a code, and what it is told. Refuses to know: how codes are made, and who prints them.
import { Fault, type Log } from '@sccache-ts/core/base';
import { answeredWith, type Call, type Reply } from '@sccache-ts/core/host';
import { contentTypes } from '@sccache-ts/core/wire';
import { plainText } from './admission-replies.js';
import type { FailedLogins } from './failed-logins.js';
import type { Members } from './members.js';

const longestRequest = 8192;

export interface JoinDesk {
  /** Undefined: this scheduler has no key from which memberships could be made. */
  readonly members: Members | undefined;
  readonly failedLogins: FailedLogins;
  readonly log: Log;
}

const refused = (status: number, why: string): Fault => answeredWith({ status, ...plainText(why) }, new Fault('AUTH_REFUSED', `a build server could not join: ${why}`));

/** JSON `{"code","key"}` in, `{"membership","name","seen"}` out. @throws Fault AUTH_REFUSED, with its reply */
export async function joinFleet({ members, failedLogins, log }: JoinDesk, call: Call): Promise<Reply> {
  if (members === undefined) throw refused(403, 'the scheduler needs server_auth type = "jwt_hs256" for that');
  const { remoteIp } = call;
  if (!failedLogins.mayTry(remoteIp, '')) throw refused(503, 'too many failed logins from this address, wait a minute');
  const text = new TextDecoder().decode(await call.readBody(longestRequest));
  const asked = parsed(text);
  const answer = members.join(String(asked?.['code']), String(asked?.['key']));
  if (answer.kind === 'refused') {
    failedLogins.failed(remoteIp);
    throw refused(403, answer.why);
  }
  const { membership, name } = answer;
  log.info('a build server was given a membership', { name, from: remoteIp });
  return { status: 200, headers: { 'Content-Type': contentTypes.json }, body: new TextEncoder().encode(JSON.stringify({ membership, name, seen: remoteIp })) };
}

function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    // No JSON, so no code: refused as a wrong one is.
    return undefined;
  }
}
