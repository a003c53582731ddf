import { describe, expect, it } from 'vitest';
import {
  batchCommandLine, longestCommandLine, needsResponseFile, quotedForWindows, responseFile, responseMannerOf, windowsCommandLine, windowsProgramNames,
} from './windows-command-line.js';

/** As the C runtime reads a command line, for words after the program. */
function wordsOf(line: string): string[] {
  const words: string[] = [];
  let [word, started, quoted] = ['', false, false];
  for (let at = 0; at < line.length; at++) {
    const backslashes = /^\\*/.exec(line.slice(at))?.[0].length ?? 0;
    const next = line.charAt(at + backslashes);
    if (backslashes > 0) {
      word += '\\'.repeat(next === '"' ? backslashes >> 1 : backslashes);
      started = true;
      at += backslashes - 1;
      if (next === '"' && backslashes % 2 === 1) {
        word += '"';
        at += 1;
      }
    } else if (next === '"') {
      quoted = !quoted;
      started = true;
    } else if (!quoted && (next === ' ' || next === '\t')) {
      if (started) words.push(word);
      [word, started] = ['', false];
    } else {
      word += next;
      started = true;
    }
  }
  return started ? [...words, word] : words;
}

const odd = ['plain', '', 'a b', 'c"d', '\\', 'a\\', 'a b\\', 'a\\"b', '\\\\server\\x y\\\\', '"', 'tab\there', '-DX="a b"', 'ü', "it's", '%PATH%', '/Fo"out\\"'];

describe('quotedForWindows', () => {
  it.each([
    ['plain\\x', 'plain\\x'],
    ['', '""'],
    ['a b', '"a b"'],
    ['a"b', '"a\\"b"'],
    ['a\\"b', '"a\\\\\\"b"'],
    ['a b\\', '"a b\\\\"'],
  ])('%j is %s', (word, expected) => expect(quotedForWindows(word)).toBe(expected));

  it('gives back every word', () => {
    expect(wordsOf(windowsCommandLine('C:\\a b\\gcc.exe', odd))).toEqual(['C:\\a b\\gcc.exe', ...odd]);
  });
});

describe('needsResponseFile', () => {
  it.each([
    ['one under', longestCommandLine - 'gcc '.length, false],
    ['one over', longestCommandLine - 'gcc '.length + 1, true],
  ])('%s the limit', (_, length, expected) => expect(needsResponseFile('gcc', ['x'.repeat(length)])).toBe(expected));

  it('counts what quoting adds', () => {
    const words = Array.from({ length: 8000 }, () => 'a b');
    expect([needsResponseFile('gcc', words.slice(0, 5000)), needsResponseFile('gcc', words)]).toEqual([false, true]);
  });
});

describe('response files', () => {
  it.each([
    ['C:\\x\\clang-cl.exe', [], 'cl'],
    ['clang-cl-18', [], 'cl'],
    ['cl', [], 'cl'],
    ['C:/x/CL.EXE', [], 'cl'],
    ['clang.exe', ['--driver-mode=cl'], 'cl'],
    ['clang-cl.exe', ['--driver-mode=gcc'], 'gnu'],
    ['x86_64-w64-mingw32-g++.exe', [], 'gnu'],
    ['rustc.exe', [], 'lines'],
  ] as const)('%s %j is read as %s', (program, args, expected) => expect(responseMannerOf(program, args)).toBe(expected));

  it('are text that gives the words back', () => {
    const gnu = Buffer.from(responseFile(odd, 'gnu') ?? []).toString();
    expect(gnu).toContain('"a\\\\\\"b"\n');
    const cl = Buffer.from(responseFile(odd, 'cl') ?? []);
    expect(cl.subarray(0, 2)).toEqual(Buffer.from([0xff, 0xfe]));
    expect(wordsOf(cl.toString('utf16le').slice(1).replaceAll('\n', ' '))).toEqual(odd);
    expect(Buffer.from(responseFile(['a b', '-C"x"'], 'lines') ?? []).toString()).toBe('a b\n-C"x"\n');
  });

  it('are not made of words with line ends where each line is a word, or ends one', () => {
    expect(['gnu', 'cl', 'lines'].map((manner) => responseFile(['a\nb'], manner as 'gnu') !== undefined)).toEqual([true, false, false]);
  });
});

it.each([
  ['gcc', undefined, ['gcc.com', 'gcc.exe', 'gcc.bat', 'gcc.cmd']],
  ['gcc', '.EXE;.PY;.CMD', ['gcc.exe', 'gcc.cmd']],
  ['gcc.exe', undefined, ['gcc.exe', 'gcc.exe.com', 'gcc.exe.exe', 'gcc.exe.bat', 'gcc.exe.cmd']],
  ['Clang-18.1', '.exe', ['Clang-18.1.exe']],
  ['GCC.EXE', '.exe', ['GCC.EXE', 'GCC.EXE.exe']],
])('with PATHEXT, %s (%s) may be %j', (name, pathext, expected) => expect(windowsProgramNames(name, pathext)).toEqual(expected));

it('hands words on to a batch file so that cmd finds nothing special in them', () => {
  expect(batchCommandLine('C:\\a b\\cc.cmd', ['-DX=1', 'a&b'])).toBe('"C:\\a^ b\\cc.cmd ^^^"-DX=1^^^" ^^^"a^^^&b^^^""');
  expect(batchCommandLine('cc.cmd', ['a\nb'])).toBeUndefined();
});
