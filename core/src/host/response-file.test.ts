import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { ResponseEncoding } from '../compilation/index.js';
import { readResponseFile } from './response-file.js';

const folder = mkdtempSync(join(tmpdir(), 'response-file-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('response files', () => {
  it.each<readonly [string, Buffer, ResponseEncoding | undefined, string | undefined]>([
    ['plain', Buffer.from('/c é.cpp'), undefined, '/c é.cpp'],
    ['plain, marked', Buffer.from('/c é.cpp'), 'marked', '/c é.cpp'],
    ['UTF-8 with a mark', Buffer.from('\ufeff/c'), 'marked', '/c'],
    ['its mark belongs to the text of gcc and clang', Buffer.from('\ufeff/c'), undefined, '\ufeff/c'],
    ['UTF-16', Buffer.from('\ufeff/c ü.cpp', 'utf16le'), 'marked', '/c ü.cpp'],
    ['UTF-16 for gcc and clang', Buffer.from('\ufeff/c', 'utf16le'), undefined, undefined],
    ['a code page', Buffer.from([0x2f, 0x63, 0x20, 0xe9]), 'marked', undefined],
  ])('%s', (name, bytes, encoding, text) => {
    const path = join(folder, name);
    writeFileSync(path, bytes);
    expect(encoding === undefined ? readResponseFile(path) : readResponseFile(path, encoding)).toBe(text);
  });

  it('that are not there, or folders', () => {
    expect([readResponseFile(join(folder, 'absent')), readResponseFile(folder)]).toEqual([undefined, undefined]);
  });
});
