import { describe, expect, it } from 'vitest';
import { createLineMarkerScanner, type SourceFiles } from './index.js';

const scan = (text: string | Buffer, sizes: readonly number[] = []): SourceFiles => {
  const bytes = Buffer.from(text as string);
  const scanner = createLineMarkerScanner();
  let at = 0;
  for (const size of sizes) {
    scanner.push(bytes.subarray(at, at + size));
    at += size;
  }
  scanner.push(bytes.subarray(at));
  return scanner.end();
};

const gcc = `# 0 "src/a.c"
# 1 "/job//"
# 0 "<built-in>"
# 0 "<command-line>"
# 1 "/usr/include/stdc-predef.h" 1 3 4
# 0 "<command-line>" 2
# 1 "src/a.c"
# 1 "src/a b\\"c\\\\d\\303\\274.h" 1
int a;
# 2 "src/a.c" 2
# 30 "generated.y"
int b; /* no marker: # 1 "x.h" 1 */
 # 1 "indented.h" 1
# 1 "/usr/include/stdc-predef.h" 1 3 4
`;
const clang = `# 1 "a.c"
# 1 "<built-in>" 1
# 361 "<built-in>" 3
# 1 "<command line>" 1
# 1 "<built-in>" 2
# 1 "./im.h" 1
# 2 "<built-in>" 2
# 1 "a.c" 2
int i;`;

describe('createLineMarkerScanner', () => {
  it.each([
    ['gcc', gcc, ['src/a.c', '/usr/include/stdc-predef.h', 'src/a b"c\\dü.h']],
    ['clang', clang, ['a.c', './im.h']],
    ['no text', '', []],
    ['text without markers', 'int a;\n#define X 1\n#pragma once\n', []],
    ['a marker without an end of line', '# 1 "a.c"', ['a.c']],
    ['utf-8 as it is', '# 1 "ü.c"\n', ['ü.c']],
    ['a literal that looks like one counts, to be safe', '# 1 "a.c"\nR"(\n# 1 "b.h" 1\n)"\n', ['a.c', 'b.h']],
    ['a flag that is not 1', '# 1 "a.c"\n# 1 "b.h" 2\n# 12 "c.h" 3 4\n# 1 "d.h" 11\n', ['a.c']],
  ])('%s', (_, text, files) => {
    expect(scan(text).files).toEqual(files);
  });

  it('finds the same wherever chunks end', () => {
    const text = `${gcc}${clang}\n#pragma GCC pch_preprocess "./p h.gch"\n  asm(".incbin \\"x\\"");\n`;
    const expected = scan(text);
    expect(expected).toMatchObject({ precompiled: ['./p h.gch'], incbin: true });
    const bytes = Buffer.byteLength(text);
    for (let cut = 0; cut <= bytes; cut++) expect(scan(text, [cut])).toEqual(expected);
    for (const size of [1, 2, 3, 7, 64, 65]) expect(scan(text, new Array<number>(Math.ceil(bytes / size)).fill(size))).toEqual(expected);
  });

  it.each([
    ['.incbin "x"', true],
    ['asm(".incbin \\"x\\"")', true],
    ['\t.include "x.inc"', true],
    ['asm(".include \\"x\\"")', true],
    ['set.include(x); map.include ("x")', false],
    ['a.incbinary = 1', false],
    ['.section .include', false],
  ])('%s', (text, incbin) => {
    expect(scan(`# 1 "a.c"\n${text}\n`).incbin).toBe(incbin);
  });

  it('stays bounded when a line never ends', () => {
    const scanner = createLineMarkerScanner();
    scanner.push(Buffer.from('# 1 "a.c"\n# 1 "'));
    for (let i = 0; i < 64; i++) scanner.push(Buffer.alloc(64 * 1024, 'x'));
    scanner.push(Buffer.from('\n# 1 "b.h" 1\n'));
    expect(scanner.end().files).toEqual(['a.c', 'b.h']);
  });

  it('keeps pace with a preprocessor', () => {
    const body = 'extern int some_function (const char *__restrict __format, ...) __attribute__ ((__nothrow__ ));\n';
    const piece = Buffer.from(`${gcc}${body.repeat(40)}`.repeat(256));
    const scanner = createLineMarkerScanner();
    const from = performance.now();
    const times = 64;
    for (let i = 0; i < times; i++) scanner.push(piece);
    const seconds = (performance.now() - from) / 1000;
    const rate = (piece.length * times) / 1e6 / seconds;
    // A loose floor for busy machines; it runs at several hundred MB/s.
    expect(rate).toBeGreaterThan(40);
  });
});
