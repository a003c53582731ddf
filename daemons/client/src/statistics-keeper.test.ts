import { createMemoryStorage, type Storage } from '@sccache-ts/core/storage';
import { describe, expect, it } from 'vitest';
import { loadClientSettings } from './settings.js';
import { StatisticsKeeper, statisticsWithoutDaemon } from './statistics-keeper.js';

const settings = await loadClientSettings({ env: { SCCACHE_DIR: '/d', SCCACHE_BASEDIRS: '/src', SCCACHE_LOCAL_RW_MODE: 'READ_ONLY' }, home: '/nobody', platform: 'linux' });
const storage: Storage = { ...createMemoryStorage(), status: () => Promise.resolve({ location: 'Local disk: "/d/sccache-ts"', size: 7, maxSize: 9 }) };

describe('StatisticsKeeper', () => {
  it('tells of compiles, damage, cache and settings until it is zeroed', async () => {
    const keeper = new StatisticsKeeper({ storage, settings: () => settings, version: '1.2.3' });
    keeper.record({ outcome: 'hit', language: 'c', compiler: 'gcc', lookupMs: 1 });
    keeper.recordCorruptEntry();
    expect(await keeper.info()).toMatchObject({
      stats: { compile_requests: 1, cache_hits: { counts: { 'C/C++': 1 } }, cache_read_errors: 1 },
      cache_location: 'Local disk: "/d/sccache-ts"',
      cache_size: 7,
      max_cache_size: 9,
      version: '1.2.3',
      basedirs: ['/src/'],
      effective_cache_mode: 'ReadOnly',
    });
    keeper.zero();
    expect((await keeper.info()).stats).toMatchObject({ compile_requests: 0, cache_read_errors: 0 });
  });
});

describe('statisticsWithoutDaemon', () => {
  it('knows what the settings say, and no more', () => {
    expect(statisticsWithoutDaemon(settings, '1.2.3')).toMatchObject({
      stats: { compile_requests: 0 },
      cache_location: 'Local disk: "/d/sccache-ts"',
      cache_size: null,
      max_cache_size: 10 * 1024 ** 3,
      effective_cache_mode: null,
    });
  });
});
