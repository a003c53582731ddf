// Knows: the pools that keep links, and all that is no compile, from being as many as the compiles. Refuses to know: who is in them.

/** Names that no project has for its own pools. */
export const poolNames = { links: 'sccache_ts_links', home: 'sccache_ts_home' } as const;

/** The file of pools beside a copy: it alone changes from run to run. */
export const poolsFile = (wrapper: string): string => `${wrapper}.pools`;

/** Ninja takes 0 for no end; samurai takes it for a mistake. No build has so many commands. */
const endless = 1_000_000;

/** @param depths how many links, and how many commands that are no compiles, run at once; 0: as many as -j says */
export function poolsText({ links, home }: { readonly links: number; readonly home: number }): string {
  const depth = (wanted: number): number => (wanted === 0 ? endless : wanted);
  return `pool ${poolNames.links}\n  depth = ${depth(links)}\npool ${poolNames.home}\n  depth = ${depth(home)}\n`;
}
