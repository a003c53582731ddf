// Knows: which files hold the presets of a project. Refuses to know: what they say, but for which others they include.
import { dirname, join, resolve } from 'node:path';
import { includesOf, type PresetsFile } from '@sccache-ts/adapter-cmake';
import { Fault } from '@sccache-ts/core/base';
import { readText } from '../cargo-workspace.js';

function parse(file: string, text: string): PresetsFile {
  try {
    const json: unknown = JSON.parse(text.replace(/^\uFEFF/, ''));
    return typeof json === 'object' && json !== null ? json : {};
  } catch (cause) {
    throw new Fault('USAGE', `${file}: not JSON: ${(cause as Error).message}`, { cause });
  }
}

/** CMakeUserPresets.json and CMakePresets.json of a folder and all that they include, each once. @throws Fault USAGE, SETTINGS_UNREADABLE */
export async function presetsIn(folder: string): Promise<readonly PresetsFile[]> {
  const files = new Map<string, PresetsFile>();
  const queue = ['CMakeUserPresets.json', 'CMakePresets.json'].map((name) => join(folder, name));
  for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
    const found = files.has(file) ? undefined : await readText(file);
    if (found === undefined) continue;
    const presets = parse(file, found.text);
    files.set(file, presets);
    queue.push(...includesOf(presets).map((name) => resolve(dirname(file), name)));
  }
  return [...files.values()];
}
