// Knows: under which name a local path exists on a build server, and back again. Refuses to know: disks.
// Names stay what they are, for the compiler writes them into its outputs; only names that lead through a link that exists over
// there too are replaced by where the link leads, because what unpacks the inputs must not have to follow links.

export interface RemotePath {
  /** Absolute, without `.`, `..` and double slashes. */
  readonly path: string;
  /** Folders that are named on the way and left again by `..`: they must exist over there. */
  readonly through: readonly string[];
}

export interface PathTransformer {
  /** @param path as a compiler spells it, relative to `cwd` */
  toRemote(path: string, cwd: string): RemotePath;
}

const mostLinks = 40;
const partsOf = (path: string): string[] => path.split('/').filter((part) => part !== '' && part !== '.');

/** @param links links that exist on the build server: absolute path to absolute path */
export function createPathTransformer(links: ReadonlyMap<string, string>): PathTransformer {
  return {
    toRemote(path, cwd) {
      const waiting = partsOf(path.startsWith('/') ? path : `${cwd}/${path}`).reverse();
      const through = new Set<string>();
      let at: string[] = [];
      let followed = 0;
      for (let part = waiting.pop(); part !== undefined; part = waiting.pop()) {
        if (part === '..') {
          if (at.length > 0) through.add(`/${at.join('/')}`);
          at.pop();
          continue;
        }
        at.push(part);
        const target = links.get(`/${at.join('/')}`);
        if (target !== undefined && followed < mostLinks) {
          followed += 1;
          at = [];
          waiting.push(...partsOf(target).reverse());
        }
      }
      return { path: `/${at.join('/')}`, through: [...through] };
    },
  };
}
