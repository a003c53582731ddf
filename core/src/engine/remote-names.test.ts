import { describe, expect, it } from 'vitest';
import { createRemoteNames } from './remote-names.js';

const windows = createRemoteNames('C:/w/d', new Map([['/prefix/disk-C/link', '/usr/x']]));

describe('names of Windows', () => {
  it.each<readonly [string, string | undefined, readonly string[]]>([
    ['a.h', '/prefix/disk-C/w/d/a.h', []],
    ['.\\x/b.h', '/prefix/disk-C/w/d/x/b.h', []],
    ['..\\inc\\..\\b.h', '/prefix/disk-C/w/b.h', ['/prefix/disk-C/w/d', '/prefix/disk-C/w/inc']],
    ['c:\\w\\d\\A.h', '/prefix/disk-C/w/d/A.h', []],
    ['D:/x y/../b.h', '/prefix/disk-D/b.h', []],
    ['\\b.h', '/prefix/disk-C/b.h', []],
    ['C:b.h', '/prefix/disk-C/w/d/b.h', []],
    // Here nothing is above a drive.
    ['..\\..\\..\\b.h', undefined, []],
    ['\\\\server\\share\\b.h', undefined, []],
    ['D:b.h', undefined, []],
  ])('%s given here', (spelled, path, through) => {
    expect(windows.here(spelled)).toEqual(path === undefined ? undefined : { path, through });
  });

  it.each([
    ['/prefix/disk-C/w/d/a.h', '/prefix/disk-C/w/d/a.h'],
    ['./a.h', '/prefix/disk-C/w/d/a.h'],
    ['/usr/include/a.h', '/usr/include/a.h'],
  ])('%s given there', (spelled, path) => {
    expect(windows.there(spelled).path).toBe(path);
  });

  it('a folder on a share cannot be there', () => {
    const share = createRemoteNames('//server/share/w', new Map());
    expect(share.cwd).toBe('//server/share/w');
    expect([windows.cwd, createRemoteNames('/w', new Map()).cwd]).toEqual(['/prefix/disk-C/w/d', '/w']);
  });
});

it('elsewhere names are alike', () => {
  const posix = createRemoteNames('/w', new Map([['/l', '/t']]));
  expect([posix.here('a\\b.h'), posix.there('../l/x')].map((found) => found?.path)).toEqual(['/w/a\\b.h', '/t/x']);
});
