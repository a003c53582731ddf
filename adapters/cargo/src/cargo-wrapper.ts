// Knows: how a program in cargo's place for a wrapper is told for ours, or for another cache. Refuses to know: who named it.

const stemOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1).replace(/\.(?:exe|js)$/i, '');

/** True when a wrapper is the launcher. */
export const isOurs = (wrapper: string, launcher: string): boolean => wrapper === launcher || stemOf(wrapper) === 'sccache-ts';

/** True for the wrappers that decide about caching themselves. */
export const isOtherCache = (wrapper: string): boolean => /^(?:s?ccache|cachepot|buildcache|distcc|icecc)$/.test(stemOf(wrapper));
