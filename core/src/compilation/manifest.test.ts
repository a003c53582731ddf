import { describe, expect, it } from 'vitest';
import { digestOf } from '../base/index.js';
import { emptyManifest, type Manifest, type ManifestResult, withResult } from './manifest.js';
import { decodeManifest, encodeManifest } from './manifest-codec.js';

const result = (name: string, more: Partial<ManifestResult> = {}): ManifestResult => ({
  entry: digestOf(name),
  reads: [{ name: 'a.c', digest: digestOf('a') }, { name: '/usr/include/stdio.h', digest: digestOf('b') }],
  absent: ['/usr/local/include/stdio.h', 'stdio.h'],
  nothing: [],
  present: [],
  links: [],
  ...more,
});

const full: Manifest = {
  results: [
    result('one', { nothing: ['nowhere', 'a.h.gch'], present: ['/usr/include/x.h'], links: [{ name: 'again', target: '/real' }] }),
    result('two', { reads: [{ name: 'größe/😀.h', digest: digestOf('c') }, { name: 'größe/😁.h', digest: digestOf('d') }] }),
  ],
  unfit: undefined,
};

describe('the codec', () => {
  it.each<[string, Manifest]>([['nothing', emptyManifest], ['results', full], ['a reason', { results: [], unfit: '__TIME__' }]])('gives back %s', (_name, manifest) => {
    expect(decodeManifest(encodeManifest(manifest))).toEqual(manifest);
  });

  it('spells what names share only once', () => {
    const many = result('many', { absent: Array.from({ length: 1000 }, (_, at) => `/a/very/long/folder/name/that/all/of/them/share/h${at}.h`) });
    expect(encodeManifest({ results: [many], unfit: undefined }).byteLength).toBeLessThan(20_000);
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
