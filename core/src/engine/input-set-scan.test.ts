import { describe, expect, it } from 'vitest';
import { mentionsOf } from './input-set-scan.js';

const of = (text: string) => mentionsOf(Buffer.from(text));

describe('what a source mentions', () => {
  it.each([
    ['int x;', []],
    ['#if __has_include(<a/b.h>) && __has_include( "c.h" )', ['a/b.h', 'c.h']],
    ['# if defined(__has_include) && __has_include_next (<d.h>)', ['d.h']],
    ['#ifdef __has_include', []],
    ['#ifndef __has_include\n#  define __has_include(x) 0\n#endif', []],
    ['#if __has_builtin(__builtin_trap)', []],
  ])('%j', (text, asked) => {
    expect(of(text)).toEqual({ asked, unclear: undefined });
  });

  it.each([
    '#if __has_include(HEADER)',
    '#define HAVE(x) __has_include(x)',
    'char *when = __DATE__;',
    '__TIME__',
    '__TIMESTAMP__',
    '#embed "logo.png"',
    '#if __has_embed("x")',
    'asm(".incbin \\"x\\"");',
  ])('%j cannot be answered elsewhere', (text) => {
    expect(of(text).unclear).toBeTypeOf('string');
  });
});
