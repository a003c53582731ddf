import { describe, expect, it } from 'vitest';
import { digestOf } from '../base/index.js';
import { emptyManifest, type Manifest, type ManifestResult, renamed, withResult } from './manifest.js';
import { decodeManifest, encodeManifest } from './manifest-codec.js';

const result = (name: string, more: Partial<ManifestResult> = {}): ManifestResult => ({
  entry: digestOf(name),
  base: '',
  shared: false,
  reads: [{ name: 'a.c', digest: digestOf('a') }, { name: '/usr/include/stdio.h', digest: digestOf('b') }],
  absent: ['/usr/local/include/stdio.h', 'stdio.h'],
  nothing: [],
  present: [],
  links: [],
  conditions: [],
  ...more,
});

const full: Manifest = {
  results: [
    result('one', { base: '/home/ü/', shared: true, nothing: ['nowhere', 'a.h.gch'], present: ['/usr/include/x.h'], links: [{ name: 'again', target: '/real' }], conditions: [{ name: 'CARGO_PKG_NAME', value: digestOf('ä') }, { name: '--width', value: undefined }] }),
    result('two', { reads: [{ name: 'größe/😀.h', digest: digestOf('c') }, { name: 'größe/😁.h', digest: digestOf('d') }] }),
  ],
  unfit: undefined,
};

describe('the codec', () => {
  it.each<[string, Manifest]>([['nothing', emptyManifest], ['results', full], ['a reason', { results: [], unfit: '__TIME__' }]])('gives back %s', (_name, manifest) => {
    expect(decodeManifest(encodeManifest(manifest))).toEqual(manifest);
  });

  it('spells each name once', () => {
    const many = result('many', { absent: Array.from({ length: 1000 }, (_, at) => `/folder/h${at}.h`) });
    const once = encodeManifest({ results: [many], unfit: undefined }).byteLength;
    expect(encodeManifest({ results: [many, many], unfit: undefined }).byteLength).toBeLessThan(once + 5000);
  });

  it('refuses what is cut off, prolonged or of another version', () => {
    const bytes = encodeManifest(full);
    for (let length = 0; length < bytes.byteLength; length++) expect(() => decodeManifest(bytes.subarray(0, length))).toThrow();
    expect(() => decodeManifest(Buffer.concat([bytes, Buffer.of(0)]))).toThrow(/behind/);
    expect(() => decodeManifest(Buffer.concat([Buffer.of(9), bytes.subarray(1)]))).toThrow(/version 9/);
  });

  it('never takes more than it is given for what a damaged one announces', () => {
    const bytes = encodeManifest(full);
    for (let at = 0; at < bytes.byteLength; at++) {
      const damaged = Buffer.from(bytes);
      damaged[at] = 0xff;
      try {
        decodeManifest(damaged);
      } catch (thrown) {
        expect(thrown).toMatchObject({ code: 'WIRE_MALFORMED' });
      }
    }
  });
});

describe('withResult', () => {
  it('puts the newest first, each once, and forgets the oldest', () => {
    let manifest: Manifest = { results: [], unfit: 'once' };
    for (let at = 0; at < 20; at++) manifest = withResult(manifest, result(`r${at}`));
    manifest = withResult(manifest, result('r15'));
    expect(manifest.unfit).toBeUndefined();
    expect(manifest.results).toHaveLength(12);
    expect(manifest.results.slice(0, 3).map(({ entry }) => entry)).toEqual(['r15', 'r19', 'r18'].map(digestOf));
  });
});

describe('renamed', () => {
  const all = result('all', { nothing: ['n'], present: ['p'], links: [{ name: 'l', target: 't' }] });

  it('changes every name and nothing else', () => {
    expect(renamed(renamed(all, (name) => `x${name}`) ?? all, (name) => name.slice(1))).toEqual(all);
    expect(renamed(all, (name) => `x${name}`)).toMatchObject({ entry: all.entry, nothing: ['xn'], present: ['xp'], links: [{ name: 'xl', target: 'xt' }] });
  });

  it.each(['a.c', 'stdio.h', 'n', 'p', 'l', 't'])('is undefined without a counterpart of %s', (missing) => {
    expect(renamed(all, (name) => (name === missing ? undefined : name))).toBeUndefined();
  });
});
