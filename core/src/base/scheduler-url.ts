// Knows: how the address of a scheduler may be written. Refuses to know: whether one is there.

/**
 * What sccache accepts, normalised to end in `/`: http and https, no path; a bare `ip:port` is http.
 * Undefined for anything else.
 */
export function parseSchedulerUrl(value: string): string | undefined {
  const bare = /^(\d{1,3}(\.\d{1,3}){3}|\[[0-9a-fA-F:.]+\]):\d{1,5}$/.test(value) ? `http://${value}` : value;
  if (!/^https?:\/\//i.test(bare) || !URL.canParse(bare)) return undefined;
  const url = new URL(bare);
  const plain = url.pathname === '/' && url.search === '' && url.hash === '' && url.username === '' && url.password === '';
  return plain ? url.href : undefined;
}
