import { describe, expect, it } from 'vitest';
import { isInheritable } from './inherited-files.js';

describe('isInheritable', () => {
  it.each([
    ['pos:\t0\nflags:\t02\nmnt_id:\t15\n', true],
    ['pos:\t0\nflags:\t0100000\nmnt_id:\t15\n', true],
    ['pos:\t0\nflags:\t02100002\nmnt_id:\t15\n', false],
    ['pos:\t0\nflags:\t02000002\n', false],
    ['', false],
  ])('%j: %s', (text, expected) => {
    expect(isInheritable(text)).toBe(expected);
  });
});
