// Knows: how a compile that is asked of xcrun becomes one that is asked of the compiler behind it. Refuses to know: compilers.
import { envValue, keyOf } from '../base/index.js';
import { type CompileRequest, parseXcrun, type XcrunCall } from '../compilation/index.js';
import { realName, runProcess } from '../host/index.js';

/** Turns requests; those that are nothing for us stay what they are. Never throws. */
export type ResolveXcrun = (request: CompileRequest) => Promise<CompileRequest>;

interface Behind {
  readonly compiler: string;
  readonly sdk: string;
}

const timeoutMs = 10_000;
/** Choices times environments; more of them than any build has. */
const rememberedLimit = 200;
/** What xcrun goes by besides its words, and the link that `xcode-select` turns. */
const choosing = ['DEVELOPER_DIR', 'SDKROOT', 'TOOLCHAINS', 'PATH'] as const;
const selection = '/var/db/xcode_select_link';

const isXcrun = (path: string): boolean => path.slice(path.lastIndexOf('/') + 1) === 'xcrun';

async function ask(request: CompileRequest, words: readonly string[]): Promise<string | undefined> {
  const { code, stdout } = await runProcess(request.compiler, words, { cwd: request.cwd, env: Object.fromEntries(request.env), timeoutMs });
  const text = stdout.toString().trim();
  return code === 0 && text.startsWith('/') && !text.includes('\n') ? text : undefined;
}

async function lookBehind(request: CompileRequest, { choice, tool }: XcrunCall): Promise<Behind | undefined> {
  try {
    const [compiler, sdk] = await Promise.all([ask(request, [...choice, '--find', tool]), ask(request, [...choice, '--show-sdk-path'])]);
    return compiler === undefined || sdk === undefined ? undefined : { compiler, sdk };
  } catch {
    // It cannot be run, or hangs: the launcher will find the same and show it.
    return undefined;
  }
}

const namesSdk = (args: readonly string[]): boolean => args.some((word) => word.startsWith('-isysroot') || word.startsWith('--sysroot'));

/** xcrun hands the SDK to the tool in a variable; a word does the same, and goes with the compile wherever it is done. */
export function createXcrunResolver(): ResolveXcrun {
  const known = new Map<string, Promise<Behind | undefined>>();
  return async (request) => {
    const call = isXcrun(request.compiler) ? parseXcrun(request.args) : undefined;
    if (call === undefined) return request;
    const around = choosing.map((label) => ({ label, value: envValue(request.env, label) ?? '' }));
    const parts = [request.compiler, realName(selection) ?? '', call.tool, ...call.choice].map((value) => ({ label: 'word', value }));
    const key = keyOf([...parts, ...around]);
    const work = known.get(key) ?? lookBehind(request, call);
    known.delete(key);
    known.set(key, work);
    const [oldest] = known.keys();
    if (known.size > rememberedLimit && oldest !== undefined) known.delete(oldest);
    const behind = await work;
    if (behind === undefined) {
      known.delete(key);
      return request;
    }
    const args = namesSdk(call.args) ? call.args : ['-isysroot', behind.sdk, ...call.args];
    return { ...request, compiler: behind.compiler, args };
  };
}
