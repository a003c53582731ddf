// Knows: how a scheduler's settings become a code by which build servers join. Refuses to know: what is done with it.
import { Fault, formatSocketAddress } from '@sccache-ts/core/base';
import { ownAddresses } from '@sccache-ts/core/host';
import { deriveKeys, writeJoinCode } from '@sccache-ts/core/wire';
import { decodeSchedulerSettings, pinFor, type SchedulerSettings } from '@sccache-ts/scheduler';
import { type ExitCode, orComplain, programName } from './complain.js';
import { loadSettings } from './settings.js';

export interface PrintJoinOptions {
  readonly config: string;
  /** Ends in `/`. */
  readonly url?: string;
}

const validSeconds = 3600;
const everywhere = ['0.0.0.0', '::'];

/** @throws Fault SETTINGS_INVALID when nobody could reach the address that is listened on */
function urlOf({ tls, publicAddr }: SchedulerSettings, config: string): string {
  const at = tls?.addr ?? publicAddr;
  const host = everywhere.includes(at.host) ? ownAddresses()[0] : at.host;
  if (host === undefined) throw new Fault('SETTINGS_INVALID', `${config}: says to listen everywhere, but this machine has no address`, { hint: 'Name one with --url.' });
  return `${tls === undefined ? 'http' : 'https'}://${formatSocketAddress({ ...at, host })}/`;
}

async function codeFor({ config, url }: PrintJoinOptions): Promise<{ readonly code: string; readonly reached: string }> {
  const settings = await loadSettings(config, decodeSchedulerSettings);
  const { serverAuth, tls } = settings;
  if (serverAuth.kind !== 'jwt_hs256') {
    throw new Fault('SETTINGS_INVALID', `${config}: build servers can join only where [server_auth] has type = "jwt_hs256"`, {
      hint: 'Its secret_key comes from `sccache-ts-dist auth generate-jwt-hs256-key`; tokens made with it go on working beside.',
    });
  }
  const reached = url ?? urlOf(settings, config);
  const pin = tls !== undefined && reached.startsWith('https:') ? pinFor(tls) : undefined;
  const exp = Math.floor(Date.now() / 1000) + validSeconds;
  return { code: writeJoinCode(deriveKeys(serverAuth.secretKey), { url: reached, pin, exp }), reached };
}

/** Prints the code alone on standard output; what people should know goes to standard error. */
export async function printJoinCommand(options: PrintJoinOptions): Promise<ExitCode> {
  const made = await orComplain(() => codeFor(options));
  if (made === undefined) return 1;
  if (made.reached.startsWith('http:')) {
    console.error(`${programName}: warning: ${made.reached} is plain HTTP: who listens on the way can join, too. A [tls] table in the settings prevents it.`);
  }
  console.error(`${programName}: good for one hour, for any number of build servers that can reach ${made.reached}: sccache-ts-dist join CODE`);
  console.log(made.code);
  return 0;
}
