// Knows: how a compiler is asked where it looks for included files, and for how long its answer holds. Refuses to know: what is asked for there.
import { absoluteName, type CacheKey, type EnvPairs } from '../base/index.js';
import { type Command, readSearchList, type SearchList } from '../compilation/index.js';
import { runProcess } from './processes.js';
import { reachableStat } from './reachable-stat.js';

export interface SearchQuestion {
  /** Of everything that the answer depends on, but for the folders that there are. */
  readonly key: CacheKey;
  readonly command: Command;
  /** Named in it, as spelled. The compiler leaves out those that it searches under another name. */
  readonly folders: readonly string[];
  readonly cwd: string;
  readonly env: EnvPairs;
}

export interface SearchLists {
  /**
   * Undefined when the compiler gives no answer that we can read. Remembered while the folders that it found or was told of are the very same and those
   * that it missed are not there.
   */
  of(question: SearchQuestion): Promise<SearchList | undefined>;
}

/** Command lines times folders; the ones unused for longest are forgotten. About a kilobyte each. */
const rememberedLimit = 2_000;
const timeoutMs = 10_000;
const maxOutput = 1024 * 1024;

interface Known {
  readonly list: SearchList;
  /** Which folders stood under all the names. */
  readonly stood: string;
}

function standing({ quoted, angled, missing }: SearchList, { folders, cwd }: SearchQuestion): string {
  const identity = (name: string): string => {
    const stat = reachableStat(absoluteName(cwd, name));
    return stat?.isDirectory() === true ? `${stat.dev}:${stat.ino}` : '';
  };
  return [...quoted, ...angled, ...missing, ...folders].map(identity).join(' ');
}

async function ask({ command, cwd, env }: SearchQuestion): Promise<SearchList | undefined> {
  const given: Record<string, string> = {};
  for (const [name, value] of env) if (!Object.hasOwn(given, name)) given[name] = value;
  // In the C locale its words are known; nothing else about the search depends on it.
  const { LANGUAGE: _, ...kept } = given;
  const done = await runProcess(command.program, command.args, { cwd, env: { ...kept, LC_ALL: 'C' }, timeoutMs, maxOutput });
  return done.code === 0 ? readSearchList(done.stderr.toString()) : undefined;
}

export function createSearchLists(): SearchLists {
  const known = new Map<CacheKey, Known>();
  const asking = new Map<CacheKey, Promise<SearchList | undefined>>();
  const keep = (key: CacheKey, value: Known): void => {
    known.delete(key);
    known.set(key, value);
    const oldest = known.keys().next();
    if (known.size > rememberedLimit && oldest.done !== true) known.delete(oldest.value);
  };
  return {
    async of(question) {
      const { key } = question;
      const before = known.get(key);
      if (before !== undefined && standing(before.list, question) === before.stood) {
        keep(key, before);
        return before.list;
      }
      const underWay = asking.get(key);
      if (underWay !== undefined) return underWay;
      const work = ask(question).finally(() => asking.delete(key));
      asking.set(key, work);
      const list = await work;
      if (list !== undefined) keep(key, { list, stood: standing(list, question) });
      return list;
    },
  };
}
