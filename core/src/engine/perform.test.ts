import { describe, expect, it } from 'vitest';
import { starvedSign } from './perform-starved.js';
import { codeOnWire } from './perform.js';

describe('codeOnWire', () => {
  // What std::process::ExitStatus makes of a raw status, and what sccache from 0.19 on makes of the number.
  const exitOfRaw = (raw: number): number | undefined => ((raw & 0x7f) === 0 ? (raw >> 8) & 0xff : undefined);
  const exitOfCode = (code: number): number => code & 0xff;

  it.each([0, 1, 2, 4, 42, 127, 128])('%i is exact for those whom it is meant for, and a failure for the others', (code) => {
    expect(exitOfCode(codeOnWire(code, 'plain'))).toBe(code);
    const status = codeOnWire(code, 'wait-status');
    expect(exitOfRaw(status)).toBe(code);
    expect(exitOfCode(status) === 0).toBe(code === 0);
  });

  it('lets only success pass to clients that cannot be told apart', () => {
    expect(codeOnWire(0, 'home')).toBe(0);
    expect(() => codeOnWire(1, 'home')).toThrowError(expect.objectContaining({ code: 'RESULT_DOUBTFUL' }));
  });
});

describe('starvedSign', () => {
  const say = (text: string): Uint8Array => new TextEncoder().encode(text);
  it.each([
    ['gcc: fatal error: Killed signal terminated program cc1plus\ncompilation terminated.\n', 'Killed signal terminated program'],
    ['gcc: fatal error: File size limit exceeded signal terminated program cc1\ncompilation terminated.\n', 'File size limit exceeded'],
    ['gcc: fatal error: CPU time limit exceeded signal terminated program cc1plus\n', 'CPU time limit exceeded'],
    ['cc1: out of memory allocating 65536 bytes after a total of 1 bytes\n', 'out of memory allocating'],
    ["/tmp/cc1.s: fatal error: can't write 10 bytes to section .text: No space left on device\n", 'No space left on device'],
    ['memory allocation of 800000 bytes failed\n', 'memory allocation of'],
    ["bad.c:1:5: error: 'x' undeclared (first use in this function)\n", undefined],
    ['', undefined],
  ])('%j', (text, sign) => {
    expect(starvedSign(say(text))).toBe(sign);
  });
  it('looks at the end only', () => {
    expect(starvedSign(say(`Cannot allocate memory${' '.repeat(20_000)}`))).toBeUndefined();
  });
});
