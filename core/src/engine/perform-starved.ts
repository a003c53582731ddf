// Knows: by which words compilers say that the machine, not the source, is to blame. Refuses to know: any machine. Pure.

export const noRoom = 'No space left on device';

/** GNU, LLVM and Rust words for no memory, no disk, no processes. */
const signs = [
  'Killed signal terminated program',
  'File size limit exceeded',
  'CPU time limit exceeded',
  'virtual memory exhausted',
  'Cannot allocate memory',
  'out of memory allocating',
  'LLVM ERROR: out of memory',
  'memory allocation of',
  noRoom,
  'Disk quota exceeded',
  'Resource temporarily unavailable',
  'Too many open files',
];

/** They are the last thing that is said. */
const lastBytes = 16 * 1024;

/**
 * The words that show that a failed command was starved. A driver whose compiler was killed exits as for an error in the
 * source; taking it for one would make a build red that is green at home.
 */
export function starvedSign(stderr: Uint8Array): string | undefined {
  const text = Buffer.from(stderr.subarray(Math.max(0, stderr.byteLength - lastBytes))).toString('utf8');
  return signs.find((sign) => text.includes(sign));
}
