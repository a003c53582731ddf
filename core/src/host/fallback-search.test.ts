// Knows: which programs the launcher in JavaScript takes for its native brother.
import { expect, it } from 'vitest';
import { nativeLauncherAt, runsHere } from './fallback-search.js';

const elf = (machine: number): Buffer => Buffer.concat([Buffer.from('7f454c460201010000000000000000000200', 'hex'), Buffer.from([machine & 0xff, machine >> 8])]);
const mach = (type: string): Buffer => Buffer.concat([Buffer.from(`cffaedfe${type}`, 'hex'), Buffer.alloc(12)]);

it.each([
  ['its own', elf(0x3e), 'linux', 'x64', true],
  ['arm64 on arm64', elf(0xb7), 'linux', 'arm64', true],
  ['another processor', elf(0xb7), 'linux', 'x64', false],
  ['a Linux program on a Mac', elf(0x3e), 'darwin', 'x64', false],
  ['a Windows program on Windows', Buffer.from(`MZ${'\0'.repeat(18)}`), 'win32', 'x64', true],
  ['a Windows program on Linux', Buffer.from(`MZ${'\0'.repeat(18)}`), 'linux', 'x64', false],
  ['a Linux program on Windows', elf(0x3e), 'win32', 'x64', false],
  ['an unknown processor', elf(0x3e), 'linux', 'vax', false],
  ['a Mac program on a Mac', mach('0c000001'), 'darwin', 'arm64', true],
  ['a Mac program for the other processor', mach('07000001'), 'darwin', 'arm64', false],
  ['a Mac program on Linux', mach('07000001'), 'linux', 'x64', false],
  ['a script', Buffer.from('#!/bin/sh\nexec true and more'), 'linux', 'x64', false],
  ['cut off', elf(0x3e).subarray(0, 19), 'linux', 'x64', false],
])('%s', (_, head, platform, arch, expected) => {
  expect(runsHere(head, { platform, arch })).toBe(expected);
});

it('takes nothing where nothing is, and not itself', () => {
  expect([nativeLauncherAt('/nowhere/at/all'), nativeLauncherAt('/proc')]).toEqual([undefined, undefined]);
  // Tests run on machines of all kinds, and node itself always fits the machine that it runs on.
  expect(nativeLauncherAt(process.execPath)).toBe(process.platform === 'win32' ? undefined : process.execPath);
});
