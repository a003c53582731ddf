// Knows: how a number of bytes is told to people. Pure. Refuses to know: of what.

const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** `31.6 MiB` */
export function sizeText(bytes: number): string {
  const power = bytes < 1024 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  return `${power === 0 ? bytes : (bytes / 1024 ** power).toFixed(1)} ${units[power] ?? ''}`;
}
