// Knows: how a compiler is asked where it looks for included files, and for how long its answer holds. Refuses to know: what is asked for there.
import { absoluteName, type CacheKey, type EnvPairs } from '../base/index.js';
import { type Command, readSearchList, type SearchList } from '../compilation/index.js';
import { runProcess } from './processes.js';
import { reachableStat } from './reachable-stat.js';

export interface SearchQuestion {
  /** Of everything that the answer depends on, but for the folders that there are. */
  readonly key: CacheKey;
  readonly command: Command;
  readonly cwd: string;
  readonly env: EnvPairs;
}

export interface SearchLists {
  /** Undefined when the compiler gives no answer that we can read. Remembered while the folders that it found are there and those that it missed are not. */
  of(question: SearchQuestion): Promise<SearchList | undefined>;
}

/** Command lines times folders; the ones unused for longest are forgotten. About a kilobyte each. */
const rememberedLimit = 2_000;
const timeoutMs = 10_000;
const maxOutput = 1024 * 1024;

const isFolder = (path: string): boolean => reachableStat(path)?.isDirectory() === true;

function holds({ quoted, angled, missing }: SearchList, cwd: string): boolean {
  return [...quoted, ...angled].every((folder) => isFolder(absoluteName(cwd, folder))) && !missing.some((folder) => isFolder(absoluteName(cwd, folder)));
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
  const known = new Map<CacheKey, SearchList>();
  const asking = new Map<CacheKey, Promise<SearchList | undefined>>();
  const keep = (key: CacheKey, list: SearchList): void => {
    known.delete(key);
    known.set(key, list);
    const oldest = known.keys().next();
    if (known.size > rememberedLimit && oldest.done !== true) known.delete(oldest.value);
  };
  return {
    async of(question) {
      const { key, cwd } = question;
      const before = known.get(key);
      if (before !== undefined && holds(before, cwd)) {
        keep(key, before);
        return before;
      }
      const underWay = asking.get(key);
      if (underWay !== undefined) return underWay;
      const work = ask(question).finally(() => asking.delete(key));
      asking.set(key, work);
      const list = await work;
      if (list !== undefined) keep(key, list);
      return list;
    },
  };
}
