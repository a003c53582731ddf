import { describe, expect, it } from 'vitest';
import { stripColours } from './index.js';

const strip = (text: string): string => Buffer.from(stripColours(Buffer.from(text, 'latin1'))).toString('latin1');

describe('stripColours', () => {
  it.each([
    ['plain text', 'plain text'],
    ['\x1b[01m\x1b[Ka.c:1:\x1b[m\x1b[K \x1b[01;35m\x1b[Kwarning: \x1b[m\x1b[K', 'a.c:1: warning: '],
    ['\x1b[0;1;32m^\x1b[0m\n', '^\n'],
    ['\x1b[38:5:196mred\x1b[39m', 'red'],
    ['[\x1b]8;;https://gcc.gnu.org/x\x07-Wunused\x1b]8;;\x07]', '[-Wunused]'],
    ['[\x1b]8;;https://gcc.gnu.org/x\x1b\\-Wunused\x1b]8;;\x1b\\]', '[-Wunused]'],
    ['another \x1b[2J sequence stays', 'another \x1b[2J sequence stays'],
    ['cut off \x1b[01', 'cut off \x1b[01'],
    ['cut off \x1b]8;;http', 'cut off \x1b]8;;http'],
    ['end \x1b', 'end \x1b'],
    ['\x1b\x1b[mx', '\x1bx'],
    ['\xff\x1b[m\xfe', '\xff\xfe'],
  ])('%j', (text, plain) => {
    expect(strip(text)).toBe(plain);
  });
});
