import { describe, expect, it } from 'vitest';
import { sourceMentions } from './source-mentions.js';

const mentions = (text: string) => sourceMentions(Buffer.from(text));
/** `"a.h"`, `<b>`, with `+` for next and `?` for asked. */
const spelled = (text: string): string =>
  mentions(text)
    .includes.map(({ name, quoted, next, asked }) => `${next ? '+' : ''}${asked ? '?' : ''}${quoted ? `"${name}"` : `<${name}>`}`)
    .join(' ');

describe('what a source includes', () => {
  it.each([
    ['int x;', ''],
    ['#include "a.h"\n#include <b/c.h>\n', '"a.h" <b/c.h>'],
    ['  #  include\t"a.h"', '"a.h"'],
    ['#/* why */include/**/<a>', '<a>'],
    ['# /* over\ntwo lines */ include "a"', '"a"'],
    ['#inc\\\nlude "a\\\n.h"', '"a.h"'],
    ['#inc\\  \r\nlude "a.h"', '"a.h"'],
    ['#inc??/\nlude "a.h"', '"a.h"'],
    ['%:include "a.h"\n??=include <b>', '"a.h" <b>'],
    ['#include_next <a.h>\n#import "b.h"', '+<a.h> "b.h"'],
    ['#if 0\n#include "never.h"\n#endif', '"never.h"'],
    ['// #include "comment.h"', '"comment.h"'],
    ['#include "a.h"\n#include "a.h"', '"a.h"'],
    ['#if __has_include(<a.h>) || __has_include_next("b")\n', '?<a.h> +?"b"'],
    ['#if __has_include__ ( "a.h" )', '?"a.h"'],
    ['#include "gr\u00fc\u00df.h"', '"gr\u00fc\u00df.h"'],
    ['#includes "a.h"\n#included <x>', ''],
  ])('%j: %s', (text, expected) => {
    expect(spelled(text)).toBe(expected);
    expect(mentions(text)).toMatchObject({ computed: false, unclear: undefined, time: undefined });
  });

  it.each([
    '#include NAME',
    '#include STRING(a.h)',
    '#import /* c */ NAME',
    '#include_next X',
    'int x;\n \t# include NAME',
    '/* over\ntwo lines */ # /* c */ include NAME',
    '/* a */ /* b */%:include NAME',
    '\ufeff#include NAME',
    'int x;\r#include NAME',
    '\0\f\v#include NAME',
    '#inc\\\nlude \\\n N',
    '#include \\u00e4',
    '#include \u00e4',
    '#include $x',
    '#include\0NAME',
    '#include _X',
    '/* #include this */\n#include NAME',
  ])('%j may mean any file', (text) => {
    expect(mentions(text)).toMatchObject({ computed: true, includes: [] });
  });

  it.each([
    '/** You should @c \\#include this file. */',
    "/*\n  #include's protect themselves, and we may #include_next through\n*/",
    '// #include NAME',
    '#include\n#include ',
    '#include 1',
    '#include "unterminated\n',
    'EMPTY #include NAME',
    '#error never #include NAME',
  ])('%j means none', (text) => {
    expect(mentions(text)).toMatchObject({ computed: false, includes: [] });
  });
});

it.each([
  ['#pragma once', true],
  ['#  pragma   once // really', true],
  ['_Pragma("once")', true],
  ['#import "a.h"', true],
  ['#pragma GCC poison x\n#include "once.h"', false],
])('%j is for once: %j', (text, expected) => {
  expect(mentions(text).once).toBe(expected);
});

describe('what files do not tell', () => {
  it.each([
    ['#if __has_include( NAME )', '__has_include of "NAME"'],
    ['#define HAS(x) __has_include(x)', '__has_include of "x"'],
    ['#define HAS __has_include\n', '__has_include of ""'],
    ['#define __has_include(x) 0\n', undefined],
    ['# define __has_include(x) 0\n', undefined],
    ['#ifdef __has_include\n#if defined(__has_include) && defined __has_include\n', undefined],
    ['/* the __has_include argument */', undefined],
    ['asm(".incbin \\"data\\"");', '.incbin'],
    ['asm(".include \\"x.s\\"");', '.incbin'],
    ['void f(T x) { x.include("a"); }', undefined],
    ['#embed "x"', 'a file is embedded'],
    ['#pragma GCC dependency "parse.y"', 'a pragma that reads files'],
    ['_Pragma("GCC dependency \\"parse.y\\"")', 'a pragma that reads files'],
    ['#pragma once\n#pragma GCC system_header', undefined],
  ])('%j: %s', (text, expected) => {
    expect(mentions(text).unclear).toBe(expected);
  });

  it('names that are no UTF-8', () => {
    expect(sourceMentions(Buffer.from('#include "a\xff.h"', 'latin1')).unclear).toBe('an include that is not UTF-8');
  });

  it.each([['char t[] = __TIME__;', '__TIME__'], ['__DATE__', '__DATE__'], ['x __TIMESTAMP__', '__TIMESTAMP__'], ['__TIMER__', undefined]])('%j tells the time: %s', (text, expected) => {
    expect(mentions(text).time).toBe(expected);
  });
});

it('reads a megabyte without directives, and one full of hash signs, in no time', () => {
  const from = performance.now();
  mentions('int x; // include\n'.repeat(60_000));
  mentions('# /* include '.repeat(5_000));
  expect(performance.now() - from).toBeLessThan(3_000);
});
