// Knows: what a gcc, clang or rustc needs to run in an empty root, and how that becomes the same archive each time.
// Refuses to know: who wants the archive and what its digest is called.
import { createWriteStream } from 'node:fs';
import { lstat, readdir, readlink, realpath, rename, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { Fault } from '../base/index.js';
import type { CompilerKind } from '../compilation/index.js';
import { discard, temporaryBeside } from './files.js';
import { programKind, sharedLibraries } from './ldd.js';
import { runProcess } from './processes.js';
import { rustcFiles } from './toolchain-package-rustc.js';
import { tarOf, type TarSource } from './toolchain-tar.js';

export interface PackageRequest {
  /** Absolute path of the driver; its name in the archive. */
  readonly compiler: string;
  readonly kind: CompilerKind | 'rustc';
  /** Of a rustc: where its libraries are. */
  readonly sysroot?: string | undefined;
  /** For the compiler's and ldd's processes; needs PATH. */
  readonly env: Readonly<Record<string, string>>;
  /** Put in place when complete, never half. */
  readonly out: string;
  readonly signal?: AbortSignal;
}

/** A file as it was when it was packed; another stamp means that the archive is out of date. */
export interface PackedFile {
  readonly path: string;
  readonly size: number;
  readonly mtimeMs: number;
  readonly inode: number;
}

/** What is in an archive, so that an outdated one can be recognised. */
export interface Packed {
  readonly files: readonly PackedFile[];
  /** Every link in it and where it leads, absolute. */
  readonly links: ReadonlyMap<string, string>;
}

/** Times that every packing gives, so that equal files give equal archives: sccache's own choice. */
const fileTime = 1_153_704_088;
const mostEntries = 100_000;
const mostHops = 40;
/** Measured on gcc 12 (80 MB): level 1 34.1 MB 0.9 s, 4 32.4 MB 1.3 s, 6 31.6 MB 2.4 s, 9 31.5 MB 6.3 s. */
const gzipLevel = 4;
/** They stand before a compiler: packed alone they compile nothing. */
const wrappers = new Set(['ccache', 'distcc', 'icecc', 'sccache', 'sccache-ts', 'buildcache', 'firebuild']);

const hint = 'Give an archive of your own with [[dist.toolchains]] type = "path_override", or set type = "no_dist".';
const unpackable = (compiler: string, why: string, cause?: unknown): Fault => new Fault('TOOLCHAIN_UNPACKABLE', `${compiler} cannot be packed: ${why}`, { cause, hint });

/** The set of what goes into the archive: real files, links with where they end, empty directories. */
class Contents {
  readonly files = new Map<string, PackedFile & { readonly executable: boolean }>();
  readonly links = new Map<string, string>();
  readonly directories = new Set<string>();

  /**
   * Adds the file at the end of all links, and each link on the way, final one or folder.
   * @returns the real path; undefined when there is no regular file at its end
   */
  async add(path: string): Promise<string | undefined> {
    let at = resolve(path);
    for (let hop = 0; hop < mostHops; hop++) {
      const link = await firstLink(at);
      if (link === undefined) break;
      this.links.set(link, await realpath(link));
      at = resolve(dirname(link), await readlink(link)) + at.slice(link.length);
    }
    const found = await stat(at);
    if (!found.isFile()) return undefined;
    const executable = (found.mode & 0o111) !== 0;
    this.files.set(at, { path: at, size: found.size, mtimeMs: found.mtimeMs, inode: found.ino, executable });
    if (this.files.size > mostEntries) throw new Fault('TOOLCHAIN_TOO_LARGE', `more than ${mostEntries} files belong to it`);
    return at;
  }

  async addFolder(folder: string): Promise<void> {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    for (const entry of entries) if (!entry.isDirectory()) await this.add(join(entry.parentPath, entry.name));
  }

  sources(): readonly TarSource[] {
    const sorted = <T>(of: Iterable<readonly [string, T]>): (readonly [string, T])[] => [...of].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    const name = (path: string): string => path.slice(1);
    return [
      ...[...this.directories].sort().map((path) => ({ entry: { kind: 'directory' as const, name: name(path), mode: 0o755, mtime: fileTime, size: 0 } })),
      ...sorted(this.files).map(([path, { size, executable }]) => ({
        entry: { kind: 'file' as const, name: name(path), mode: executable ? 0o755 : 0o644, mtime: fileTime, size },
        path,
      })),
      ...sorted(this.links).map(([path, target]) => ({ entry: { kind: 'link' as const, name: name(path), mode: 0o777, mtime: 0, size: 0, target } })),
    ];
  }
}

/** The shortest part of the path that is a symbolic link. */
async function firstLink(path: string): Promise<string | undefined> {
  for (let end = path.indexOf('/', 1); ; end = path.indexOf('/', end + 1)) {
    const part = end === -1 ? path : path.slice(0, end);
    if ((await lstat(part)).isSymbolicLink()) return part;
    if (end === -1) return undefined;
  }
}

interface Packing {
  readonly request: PackageRequest;
  readonly contents: Contents;
}

async function ask(request: PackageRequest, args: readonly string[]): Promise<{ stdout: string; stderr: string }> {
  const { compiler, env, signal } = request;
  // In cl's manner clang has no words for such questions.
  const { code, stdout, stderr } = await runProcess(compiler, [...(request.kind === 'clang-cl' ? ['--driver-mode=gcc'] : []), ...args], {
    env: { ...env, LC_ALL: 'C' },
    timeoutMs: 20_000,
    ...(signal === undefined ? {} : { signal }),
  });
  if (code !== 0) throw unpackable(compiler, `it exits with ${String(code)} when asked ${args.join(' ')}`);
  return { stdout: stdout.toString(), stderr: stderr.toString() };
}

const exists = (path: string): Promise<boolean> => stat(path).then((it) => it.isFile(), () => false);

/** Absolute path of a program that the compiler starts; undefined when it has none. */
async function programPath(request: PackageRequest, name: string): Promise<string | undefined> {
  const answer = (await ask(request, [`-print-prog-name=${name}`])).stdout.trim();
  if (isAbsolute(answer)) return (await exists(answer)) ? answer : undefined;
  for (const folder of (request.env['PATH'] ?? '').split(':')) {
    const path = join(folder, answer);
    if (isAbsolute(folder) && answer !== '' && (await exists(path))) return path;
  }
  return undefined;
}

async function filePath(request: PackageRequest, name: string): Promise<string | undefined> {
  const answer = (await ask(request, [`-print-file-name=${name}`])).stdout.trim();
  return isAbsolute(answer) && (await exists(answer)) ? answer : undefined;
}

async function addProgram({ request, contents }: Packing, path: string): Promise<void> {
  const real = await contents.add(path);
  if (real === undefined) throw unpackable(request.compiler, `${path} is not a file`);
  const kind = await programKind(real);
  if (kind === 'script') throw unpackable(request.compiler, `${real} is a script, and what it calls is unknown`);
  if (kind === 'other') throw unpackable(request.compiler, `${real} is not an ELF program`);
  if (wrappers.has(basename(real))) throw unpackable(request.compiler, `${real} is a wrapper, not a compiler`);
  const options = { env: request.env, ...(request.signal === undefined ? {} : { signal: request.signal }) };
  for (const library of await sharedLibraries(real, options)) await contents.add(library);
}

async function addNamedPrograms(packing: Packing, names: readonly string[]): Promise<readonly string[]> {
  const added: string[] = [];
  for (const name of names) {
    const path = await programPath(packing.request, name);
    if (path === undefined) continue;
    await addProgram(packing, path);
    added.push(name);
  }
  return added;
}

async function addGcc(packing: Packing): Promise<void> {
  const { request, contents } = packing;
  const compilers = await addNamedPrograms(packing, ['cc1', 'cc1plus', 'cc1obj', 'cc1objplus']);
  if (compilers.length === 0) throw unpackable(request.compiler, 'it names neither cc1 nor cc1plus');
  for (const name of ['specs', 'liblto_plugin.so']) {
    const path = await filePath(request, name);
    if (path !== undefined) await contents.add(path);
  }
}

/**
 * Besides its headers: the lists that sanitizers read, settings files, and what clang looks for to recognise the GCC whose
 * C++ headers it then uses. Jobs carry sources, not preprocessed text, so without that file there are no C++ headers.
 */
async function addClang({ request, contents }: Packing): Promise<void> {
  const limits = await filePath(request, 'include/limits.h');
  if (limits === undefined) throw unpackable(request.compiler, 'it does not say where its own headers are');
  await contents.addFolder(dirname(limits));
  const share = join(dirname(dirname(limits)), 'share');
  if (await stat(share).then((it) => it.isDirectory(), () => false)) await contents.addFolder(share);
  const { stderr } = await ask(request, ['-v']);
  for (const match of stderr.matchAll(/^Configuration file: (.+)$/gm)) if (match[1] !== undefined) await contents.add(match[1]);
  const gcc = /^Selected GCC installation: (.+)$/m.exec(stderr)?.[1];
  const marker = gcc === undefined ? undefined : join(gcc, 'crtbegin.o');
  if (marker !== undefined && (await exists(marker))) await contents.add(marker);
}

async function addRustc({ request, contents }: Packing): Promise<void> {
  const { compiler, sysroot = dirname(dirname(compiler)) } = request;
  const files = rustcFiles(sysroot);
  if (files === undefined) throw unpackable(compiler, `there is no standard library in ${sysroot}`);
  for (const path of files) await contents.add(path);
}

async function addGnu(packing: Packing): Promise<void> {
  const { request } = packing;
  const [as] = request.kind === 'clang-cl' ? [] : await addNamedPrograms(packing, ['as', 'objcopy']);
  if (request.kind === 'gcc' && as !== 'as') throw unpackable(request.compiler, 'no assembler is found');
  await (request.kind === 'gcc' ? addGcc(packing) : addClang(packing));
}

async function addLoaderSettings({ contents }: Packing): Promise<void> {
  if (await exists('/etc/ld.so.conf')) await contents.add('/etc/ld.so.conf');
  if (await stat('/etc/ld.so.conf.d').then((it) => it.isDirectory(), () => false)) await contents.addFolder('/etc/ld.so.conf.d');
}

async function write(sources: readonly TarSource[], out: string, signal?: AbortSignal): Promise<void> {
  const temporary = temporaryBeside(out);
  try {
    await pipeline(
      tarOf(sources),
      createGzip({ level: gzipLevel }),
      createWriteStream(temporary, { flags: 'wx', mode: 0o644 }),
      ...(signal === undefined ? [] : [{ signal }] as const),
    );
    await rename(temporary, out);
  } finally {
    await discard(temporary);
  }
}

/**
 * Packs the compiler and all it needs into a gzipped tar, the same bytes each time.
 * @throws Fault TOOLCHAIN_UNPACKABLE, TOOLCHAIN_TOO_LARGE, CANCELLED, PROCESS_TIMEOUT, TOOL_MISSING
 */
export async function packageToolchain(request: PackageRequest): Promise<Packed> {
  const packing: Packing = { request, contents: new Contents() };
  const { contents } = packing;
  try {
    contents.directories.add('/tmp');
    await addProgram(packing, request.compiler);
    await (request.kind === 'rustc' ? addRustc(packing) : addGnu(packing));
    await addLoaderSettings(packing);
    await write(contents.sources(), request.out, request.signal);
  } catch (cause) {
    if (request.signal?.aborted === true) throw new Fault('CANCELLED', `packing ${request.compiler}: cancelled`, { cause });
    if (cause instanceof Error && 'errno' in cause) throw unpackable(request.compiler, cause.message, cause);
    throw cause;
  }
  const files = [...contents.files.values()].map(({ path, size, mtimeMs, inode }) => ({ path, size, mtimeMs, inode }));
  return { files, links: contents.links };
}
