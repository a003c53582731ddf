// Knows: a log of lines in two files, the newer and the older one, that is written in batches and never grows beyond its bound.
// Refuses to know: what a line says.
// Several processes may write to it. What cannot be written is lost: nobody waits for this log, and nothing may fail because of it.
import { appendFile, mkdir, readFile, rename, stat } from 'node:fs/promises';
import { dirname, parse, join } from 'node:path';

export interface AppendLogOptions<Item> {
  /** The newer file; its folder is made, for this user only. The older one beside it has `.1` before the extension. */
  readonly path: string;
  /** Of both files together. */
  readonly maxBytes: number;
  /** One line without its end. Called long after `append`, and again when the line turns out to begin a new file. */
  readonly encode: (item: Item) => Promise<string>;
  /** No line that was encoded until now can be relied on to be there for as long as the next one. */
  readonly onFresh: () => void;
  /** The first thing that went wrong; the following ones are not told. */
  readonly onFault: (cause: unknown) => void;
  /** How long lines may wait for company. */
  readonly delayMs?: number;
}

export interface AppendLog<Item> {
  /** Takes no time and never throws. */
  append(item: Item): void;
  /** Resolves when everything that was appended is in the file or given up. Never rejects. */
  flush(): Promise<void>;
}

const defaultDelayMs = 1_000;
/** When the disk stands still, the oldest lines are let go of. */
const mostWaiting = 4_096;
/** Rather many small writes than one text of many megabytes. */
const batchBytes = 256 * 1024;

const olderOf = (path: string): string => {
  const { dir, name, ext } = parse(path);
  return join(dir, `${name}.1${ext}`);
};

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw cause;
  }
}

/** The timer does not keep the process alive: whoever ends it flushes first. */
export function createAppendLog<Item>(options: AppendLogOptions<Item>): AppendLog<Item> {
  let waiting: Item[] = [];
  let timer: NodeJS.Timeout | undefined;
  let queue: Promise<void> = Promise.resolve();
  let told = false;

  const drain = async (): Promise<void> => {
    const items = waiting;
    waiting = [];
    if (items.length === 0) return;
    try {
      await write(items, options);
    } catch (cause) {
      options.onFresh();
      if (!told) options.onFault(cause);
      told = true;
    }
  };
  const flush = (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    queue = queue.then(drain);
    return queue;
  };
  return {
    append(item) {
      if (waiting.length >= mostWaiting) waiting.shift();
      waiting.push(item);
      timer ??= setTimeout(() => void flush(), options.delayMs ?? defaultDelayMs).unref();
    },
    flush,
  };
}

/** Makes the newer file the older one, unless another process has just done so. */
async function age(path: string, most: number): Promise<void> {
  if ((await sizeOf(path)) <= most) return;
  await rename(path, olderOf(path)).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'ENOENT') throw cause;
  });
}

async function write<Item>(items: readonly Item[], options: AppendLogOptions<Item>): Promise<void> {
  const { path, encode } = options;
  const most = Math.floor(options.maxBytes / 2);
  const folder = dirname(path);
  // The folder of the cache is made as the cache would make it.
  await mkdir(dirname(folder), { recursive: true, mode: 0o700 });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  let size = await sizeOf(path);
  let batch: string[] = [];
  let bytes = 0;
  const put = async (): Promise<void> => {
    if (batch.length > 0) await appendFile(path, batch.join(''), { mode: 0o600 });
    size += bytes;
    batch = [];
    bytes = 0;
  };
  const line = async (item: Item): Promise<string> => `${await encode(item)}\n`;
  for (const item of items) {
    let text = await line(item);
    if (size + bytes > 0 && size + bytes + Buffer.byteLength(text) > most) {
      await put();
      await age(path, most - Buffer.byteLength(text));
      size = await sizeOf(path);
      options.onFresh();
      text = await line(item);
    }
    const length = Buffer.byteLength(text);
    // Longer than a whole file may be.
    if (length > most) continue;
    batch.push(text);
    bytes += length;
    if (bytes >= batchBytes) await put();
  }
  await put();
}

/** Every whole line, the newest first; none when there is no log. @throws what reading throws, but for files that are not there */
export async function readAppendLog(path: string): Promise<readonly string[]> {
  const texts: string[] = [];
  for (const file of [olderOf(path), path]) {
    try {
      texts.push(await readFile(file, 'utf8'));
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause;
    }
  }
  return texts.flatMap((text) => text.split('\n')).filter((text) => text !== '').reverse();
}
