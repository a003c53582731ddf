// Knows: which shared libraries a program needs, as the machine's own loader finds them.
// Refuses to know: what they are packed into.
import { open } from 'node:fs/promises';
import { Fault } from '../base/index.js';
import { runProcess } from './processes.js';

/**
 * The absolute paths in ldd's output. Lines are `name => path (0x…)` and `path (0x…)`; a name that is itself absolute (the
 * loader, often a link to the path) is needed too. Libraries without a path are the kernel's own.
 */
export function parseLdd(text: string): readonly string[] {
  const found = new Set<string>();
  for (const line of text.split('\n')) {
    const match = /^\s*(?:(\S.*?) => )?(\S.*?) \(0x[0-9a-f]+\)$/.exec(line);
    for (const path of match?.slice(1) ?? []) if (path?.startsWith('/')) found.add(path);
  }
  return [...found];
}

export type ProgramKind = 'elf' | 'static' | 'script' | 'other';

const typeExec = 2;

/** What a file's first bytes say: `static` is an ELF program of fixed address, which ldd may refuse. */
export async function programKind(path: string): Promise<ProgramKind> {
  const file = await open(path, 'r');
  try {
    const head = Buffer.alloc(18);
    const { bytesRead } = await file.read(head, 0, head.byteLength, 0);
    if (head.toString('latin1', 0, 2) === '#!') return 'script';
    if (bytesRead < head.byteLength || head.toString('latin1', 0, 4) !== '\x7fELF') return 'other';
    const littleEndian = head.at(5) === 1;
    const type = littleEndian ? head.readUInt16LE(16) : head.readUInt16BE(16);
    return type === typeExec ? 'static' : 'elf';
  } finally {
    await file.close();
  }
}

export interface LddOptions {
  readonly env: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/**
 * Everything the loader would load for this program, the closure included.
 * @throws Fault TOOLCHAIN_UNPACKABLE when ldd fails on a program that is not static, TOOL_MISSING, PROCESS_TIMEOUT, CANCELLED
 */
export async function sharedLibraries(program: string, options: LddOptions): Promise<readonly string[]> {
  const { code, stdout, stderr } = await runProcess('ldd', [program], {
    env: { ...options.env, LC_ALL: 'C' },
    timeoutMs: 20_000,
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  const text = stdout.toString();
  if (code === 0) {
    const missing = /^\s*(\S+) => not found$/m.exec(text)?.[1];
    if (missing === undefined) return parseLdd(text);
    throw new Fault('TOOLCHAIN_UNPACKABLE', `${program}: the library ${missing}, which it needs, is not found`);
  }
  if ((await programKind(program)) === 'static') return [];
  throw new Fault('TOOLCHAIN_UNPACKABLE', `${program}: ldd says ${JSON.stringify((stderr.toString() || text).trim().slice(0, 200))}`);
}
