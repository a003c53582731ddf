// Knows: which file a name means for somebody who works in a folder. Refuses to know: disks.

/**
 * Nothing is shortened: behind a link, `..` leads back from where the link leads, which only the kernel knows.
 * @param cwd absolute
 */
export function absoluteName(cwd: string, name: string): string {
  if (name.startsWith('/')) return name;
  return cwd.endsWith('/') ? cwd + name : `${cwd}/${name}`;
}
