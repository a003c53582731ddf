// Knows: which file node-gyp and cmake-js cannot do without, in which folder they look for it, and how it is said that one is not there.
// Refuses to know: what stands in it.
import { join, resolve } from 'node:path';
import { Fault } from '@sccache-ts/core/base';
import { pickUp } from '@sccache-ts/core/host';

interface Given {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** What may stand for a folder: words before which it stands alone, and words that it is the rest of. */
interface FolderOption {
  readonly before: readonly string[];
  readonly within: RegExp;
  /** Other spellings that may mean it, abbreviations among them. */
  readonly perhaps: RegExp;
}

const gypFolder: FolderOption = { before: ['-C', '--directory'], within: /^--directory=(.+)$/, perhaps: /^-C|^--?dir/ };
const cmakeJsFolder: FolderOption = { before: ['-d', '--directory'], within: /^(?:-d=|--directory=)(.+)$/, perhaps: /^-[A-Za-z]*d|^--dir/ };

interface Words {
  /** Undefined: the folder in which the tool is called. */
  readonly folder: string | undefined;
  readonly others: readonly string[];
}

/** Undefined: who can tell which folder is meant. */
function readWords(args: readonly string[], { before, within, perhaps }: FolderOption): Words | undefined {
  const others: string[] = [];
  let folder: string | undefined;
  for (let at = 0; at < args.length; at++) {
    const word = args[at] ?? '';
    const rest = within.exec(word)?.[1];
    if (rest !== undefined) folder = rest;
    else if (before.includes(word)) folder = args[++at];
    else if (perhaps.test(word)) return undefined;
    else others.push(word);
  }
  return { folder, others };
}

export interface ProjectFile {
  readonly name: string;
  readonly folder: string;
}

/** Undefined: none is needed for these arguments, or it is not known where it would be. Sources: node-gyp, lib/configure.js, lib/node-gyp.js. */
export function gypFile({ args, env }: Given): ProjectFile | undefined {
  const words = readWords(args, gypFolder);
  if (words === undefined || Object.keys(env).some((name) => /^npm_(?:package_config_node_gyp|config)_directory$/i.test(name))) return undefined;
  const { folder = '.', others } = words;
  const wanted = others.includes('configure') || others.includes('rebuild');
  // Who names another file is asked for no binding.gyp.
  return wanted && !others.some((word) => /\.gypi?$/.test(word)) ? { name: 'binding.gyp', folder } : undefined;
}

const cmakeJsOthers = /^(?:install|clean|print-.*|-h|--help|--version)$/;

/** Undefined: none is needed for these arguments, or it is not known where it would be. Source: cmake-js, bin/cmake-js. */
export function cmakeJsFile(args: readonly string[]): ProjectFile | undefined {
  const words = readWords(args, cmakeJsFolder);
  if (words === undefined || words.others.some((word) => cmakeJsOthers.test(word))) return undefined;
  return { name: 'CMakeLists.txt', folder: words.folder ?? '.' };
}

/** Undefined: there is no such file. Whatever bytes it is made of: the tool has its own opinion of them. @throws Fault USAGE when it cannot be read */
export async function bytesOf(path: string): Promise<Uint8Array | undefined> {
  try {
    return (await pickUp(path))?.bytes;
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'ENOTDIR') return undefined;
    throw new Fault('USAGE', `${path}: cannot be read: ${code === 'OUTPUT_UNREADABLE' ? 'it is no file' : (code ?? message)}`, { cause });
  }
}

/** @throws Fault USAGE when it is not there, or cannot be read */
export async function requireFile(file: ProjectFile | undefined, cwd: string, hint: string): Promise<void> {
  if (file === undefined) return;
  const folder = resolve(cwd, file.folder);
  if ((await bytesOf(join(folder, file.name))) === undefined) throw new Fault('USAGE', `${folder}: there is no ${file.name}`, { hint });
}
