import { describe, expect, it } from 'vitest';
import { createPathTransformer } from './path-transformer.js';

const plain = createPathTransformer(new Map());
const linked = createPathTransformer(new Map([['/lib', '/usr/lib'], ['/opt/cc', '/opt/cc-17'], ['/loop', '/loop/loop'], ['/real', '/named']]));

describe('remote names', () => {
  it.each([
    ['/a/b.h', '/a/b.h', []],
    ['b.h', '/w/d/b.h', []],
    ['./x//b.h', '/w/d/x/b.h', []],
    ['../b.h', '/w/b.h', ['/w/d']],
    ['/a/b/../../c/./d.h', '/c/d.h', ['/a/b', '/a']],
    ['/../../x', '/x', []],
  ])('%s is %s', (spelled, path, through) => {
    expect(plain.toRemote(spelled, '/w/d')).toEqual({ path, through });
  });

  it.each([
    ['/lib/gcc/x.h', '/usr/lib/gcc/x.h'],
    ['/lib/../x.h', '/usr/x.h'],
    ['/opt/cc/lib/clang/stddef.h', '/opt/cc-17/lib/clang/stddef.h'],
    ['/library/x.h', '/library/x.h'],
    ['/real/src/../inc/x.h', '/named/inc/x.h'],
  ])('%s leads through a link to %s', (spelled, path) => {
    expect(linked.toRemote(spelled, '/w').path).toBe(path);
  });

  it('does not follow a loop for ever', () => {
    expect(linked.toRemote('/loop/x', '/').path).toMatch(/^\/loop/);
  });
});
