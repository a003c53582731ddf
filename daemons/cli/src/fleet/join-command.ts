// Knows: how a machine becomes a build server by a code: key pair, membership, settings. Refuses to know: how one runs.
import { generateKeyPairSync } from 'node:crypto';
import { dirname, join, resolve } from 'node:path';
import { Fault, formatSocketAddress } from '@sccache-ts/core/base';
import { addressTowards, createHttpClient, isThere, makeFolders, ownAddresses, readWholeInput, writeAtomically } from '@sccache-ts/core/host';
import { readJoinCode, routes, serverAddress, type ServerId } from '@sccache-ts/core/wire';
import { type ExitCode, orComplain, programName } from './complain.js';

export interface JoinOptions {
  /** `-`: it comes on standard input. */
  readonly code: string;
  readonly config: string;
  readonly publicAddr?: ServerId;
  readonly cacheDir: string;
  readonly buildDir: string;
  readonly force?: boolean;
}

const callMs = 15_000;
const usualPort = 10501;
const longestReply = 64 * 1024;
const folderMode = 0o600;

type Code = NonNullable<ReturnType<typeof readJoinCode>>;

async function codeOf(given: string): Promise<{ readonly text: string; readonly code: Code }> {
  const text = (given === '-' ? await readWholeInput(longestReply) : given).trim();
  const code = readJoinCode(text);
  if (code !== undefined) return { text, code };
  throw new Fault('TOKEN_INVALID', 'this is no code to join with, or not the whole of one', { hint: 'It is the line that `sccache-ts-dist scheduler --print-join --config FILE` prints on the scheduler.' });
}

interface Membership {
  readonly membership: string;
  readonly name: string;
  /** The address from which the scheduler was called. */
  readonly seen: string;
}

const isText = (value: unknown): value is string => typeof value === 'string' && /^[\w.:-]{1,2048}$/.test(value);

/** @throws Fault AUTH_REFUSED, HTTP_…, WIRE_MALFORMED */
async function askToJoin(text: string, code: Code, key: string): Promise<Membership> {
  const http = createHttpClient();
  try {
    const reply = await http.request({
      method: 'POST',
      url: code.url + routes.join.slice(1),
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: new TextEncoder().encode(JSON.stringify({ code: text, key })),
      timeoutMs: callMs,
      maxReply: longestReply,
      ...(code.pin === undefined ? {} : { pin: code.pin }),
    });
    const said = new TextDecoder().decode(reply.body);
    if (reply.status === 404) throw new Fault('AUTH_REFUSED', `${code.url} knows nothing of joining: it is no scheduler of sccache-ts, or an older one`);
    if (reply.status !== 200) throw new Fault('AUTH_REFUSED', `the scheduler ${code.url} refuses: ${said.replace(/[^\x20-\x7e]+/g, ' ').slice(0, 300)}`);
    const { membership, name, seen } = JSON.parse(said) as Partial<Record<string, unknown>>;
    if (isText(membership) && isText(name) && isText(seen)) return { membership, name, seen };
    throw new Fault('WIRE_MALFORMED', `what ${code.url} answers is no membership`);
  } finally {
    await http.close();
  }
}

async function addressFor(code: Code, given: ServerId | undefined): Promise<ServerId> {
  if (given !== undefined) return given;
  const { hostname, port, protocol } = new URL(code.url);
  const host = await addressTowards(hostname.replace(/^\[|\]$/g, ''), Number(port) || (protocol === 'https:' ? 443 : 80), callMs);
  return formatSocketAddress({ host, port: usualPort });
}

/** Both TOML and JSON spell a text so. */
const quoted = (text: string): string => JSON.stringify(text);

function settingsText(options: JoinOptions, joined: { readonly code: Code; readonly serverId: ServerId; readonly membership: Membership; readonly keyFile: string }): string {
  const { code, serverId, membership, keyFile } = joined;
  const { ip, port, family } = serverAddress(serverId);
  const isOwn = ownAddresses().includes(ip) || /^(127\.|::1$)/.test(ip);
  const lines = [
    `# Written by \`sccache-ts-dist join\`. This build server is known to its scheduler as ${membership.name}.`,
    `public_addr = ${quoted(serverId)}`,
    ...(isOwn ? [] : [`bind_address = ${quoted(formatSocketAddress({ host: family === 6 ? '::' : '0.0.0.0', port }))}`]),
    `scheduler_url = ${quoted(code.url)}`,
    ...(code.pin === undefined ? [] : [`scheduler_pin = ${quoted(code.pin)}`]),
    `cache_dir = ${quoted(resolve(options.cacheDir))}`,
    '',
    '[builder]',
    'type = "overlay"',
    `build_dir = ${quoted(resolve(options.buildDir))}`,
    '',
    '[scheduler_auth]',
    'type = "key"',
    `key_file = ${quoted(keyFile)}`,
    `membership = ${quoted(membership.membership)}`,
    '',
  ];
  return lines.join('\n');
}

async function write(path: string, text: string): Promise<void> {
  try {
    await makeFolders(dirname(path));
    await writeAtomically(path, text, folderMode);
  } catch (cause) {
    throw new Fault('SETTINGS_UNREADABLE', `${path}: cannot be written: ${(cause as Error).message}`, { cause });
  }
}

interface Joined {
  readonly config: string;
  readonly serverId: ServerId;
  readonly membership: Membership;
}

async function become(options: JoinOptions): Promise<Joined> {
  const config = resolve(options.config);
  const { text, code } = await codeOf(options.code);
  if (isThere(config) && options.force !== true) {
    throw new Fault('SETTINGS_INVALID', `${config} is there already`, { hint: 'Use --config to write elsewhere, or --force to replace it.' });
  }
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const membership = await askToJoin(text, code, publicKey.export({ format: 'jwk' }).x ?? '');
  const serverId = await addressFor(code, options.publicAddr);
  const keyFile = join(dirname(config), 'server.key');
  await write(keyFile, `${privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64url')}\n`);
  await write(config, settingsText(options, { code, serverId, membership, keyFile }));
  await makeFolders(resolve(options.cacheDir));
  await makeFolders(resolve(options.buildDir));
  return { config, serverId, membership };
}

/** Says what was made and what is next. */
export async function joinCommand(options: JoinOptions): Promise<ExitCode> {
  const joined = await orComplain(() => become(options));
  if (joined === undefined) return 2;
  const { config, serverId, membership } = joined;
  console.log(`Joined as ${membership.name}: settings and key are in ${dirname(config)}.`);
  const { ip, port } = serverAddress(serverId);
  if (membership.seen !== ip) {
    console.error(`${programName}: note: the scheduler sees this machine as ${membership.seen}, and clients will be sent to ${serverId}: port ${port} must lead here from there (--public-addr names another address)`);
  }
  console.log(`Next: sccache-ts-dist server --config ${config}\nOr with the machine, by systemd: sccache-ts-dist systemd install server --config ${config}`);
  return 0;
}
