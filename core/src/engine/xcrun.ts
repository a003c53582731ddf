// Knows: how a compile that is asked of xcrun becomes one that is asked of the compiler behind it. Refuses to know: compilers.
import { dirname, join } from 'node:path';
import { envValue, keyOf } from '../base/index.js';
import { type CompileRequest, parseXcrun, withoutXcrun, type XcrunCall } from '../compilation/index.js';
import { identityOf, reachableStat, realName, runProcess } from '../host/index.js';

/** Turns requests; those that are nothing for us stay what they are. Never throws. */
export type ResolveXcrun = (request: CompileRequest) => Promise<CompileRequest>;

interface Behind {
  readonly compiler: string;
  readonly sdk: string;
  /** Of both, when xcrun was asked. */
  readonly state: string;
}

interface Known {
  readonly work: Promise<Behind | undefined>;
  /** Set when it came to nothing: until when nobody asks again. */
  failedUntil?: number;
}

const timeoutMs = 10_000;
/** What cannot be found is asked for with each compile of a build, and xcrun takes its time to say so. */
const failedMs = 60_000;
/** Choices times environments; more of them than any build has. */
const rememberedLimit = 200;
/** What xcrun goes by besides its words, and the link that `xcode-select` turns. */
const choosing = ['DEVELOPER_DIR', 'SDKROOT', 'TOOLCHAINS', 'PATH'] as const;
const selection = '/var/db/xcode_select_link';

const isXcrun = (path: string): boolean => path.slice(path.lastIndexOf('/') + 1) === 'xcrun';

function stateOfPath(path: string): string | undefined {
  const stat = reachableStat(path);
  return stat && `${realName(path) ?? ''} ${identityOf(stat)}`;
}

/** Of what xcrun found, and of where it would find another one: a newer SDK comes to lie beside this one. Undefined: it is not there. */
function stateOf(compiler: string, sdk: string): string | undefined {
  const there = [compiler, sdk, dirname(sdk)].map(stateOfPath);
  return there.includes(undefined) ? undefined : [...there, stateOfPath(join(sdk, 'SDKSettings.json'))].join('\n');
}

async function ask(request: CompileRequest, words: readonly string[]): Promise<string | undefined> {
  const { code, stdout } = await runProcess(request.compiler, words, { cwd: request.cwd, env: Object.fromEntries(request.env), timeoutMs });
  const text = stdout.toString().trim();
  return code === 0 && text.startsWith('/') && !text.includes('\n') ? text : undefined;
}

async function lookBehind(request: CompileRequest, { choice, tool }: XcrunCall): Promise<Behind | undefined> {
  try {
    const [compiler, sdk] = await Promise.all([ask(request, [...choice, '--find', tool]), ask(request, [...choice, '--show-sdk-path'])]);
    if (compiler === undefined || sdk === undefined) return undefined;
    const state = stateOf(compiler, sdk);
    return state === undefined ? undefined : { compiler, sdk, state };
  } catch {
    // It cannot be run, or hangs: the launcher will find the same and show it.
    return undefined;
  }
}

function isStill({ compiler, sdk, state }: Behind): boolean {
  try {
    return stateOf(compiler, sdk) === state;
  } catch {
    // Not to be looked at: whoever asks again will hear why.
    return false;
  }
}

/** @param nowMs any clock that only goes forward */
export function createXcrunResolver(nowMs: () => number = () => performance.now()): ResolveXcrun {
  const known = new Map<string, Known>();

  function askAnew(key: string, request: CompileRequest, call: XcrunCall): Known {
    const asked: Known = { work: lookBehind(request, call) };
    void asked.work.then((behind) => {
      if (behind === undefined) asked.failedUntil = nowMs() + failedMs;
    });
    known.set(key, asked);
    const [oldest] = known.keys();
    if (known.size > rememberedLimit && oldest !== undefined) known.delete(oldest);
    return asked;
  }

  async function behindOf(key: string, request: CompileRequest, call: XcrunCall): Promise<Behind | undefined> {
    const before = known.get(key);
    known.delete(key);
    if (before === undefined || (before.failedUntil ?? Infinity) <= nowMs()) return askAnew(key, request, call).work;
    known.set(key, before);
    const behind = await before.work;
    if (behind === undefined || isStill(behind)) return behind;
    // Somebody else who waited may have asked already.
    const now = known.get(key);
    return (now === undefined || now === before ? askAnew(key, request, call) : now).work;
  }

  return async (request) => {
    const call = isXcrun(request.compiler) ? parseXcrun(request.args) : undefined;
    const sdkRoot = envValue(request.env, 'SDKROOT') ?? '';
    if (call === undefined || withoutXcrun(call, sdkRoot, '') === undefined) return request;
    const around = choosing.map((label) => ({ label, value: envValue(request.env, label) ?? '' }));
    const parts = [request.compiler, realName(selection) ?? '', call.tool, ...call.choice].map((value) => ({ label: 'word', value }));
    const behind = await behindOf(keyOf([...parts, ...around]), request, call);
    const args = behind && withoutXcrun(call, sdkRoot, behind.sdk);
    return behind === undefined || args === undefined ? request : { ...request, compiler: behind.compiler, args };
  };
}
