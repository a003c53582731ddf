// Knows: the layout of sccache's `--show-stats` and `--show-adv-stats`, to the byte (inventory R5-44; golden files in
// fixtures/statistics). Pure. Refuses to know: where the numbers come from.
import type { DurationJson, PerLanguageJson, StatisticsInfo, StatisticsJson } from './statistics-json.js';

/** `unit`: characters of the value that stand beyond the column of numbers. */
type Row = readonly [name: string, value: string, unit: number];

const number = (name: string, value: number): Row => [name, String(value), 0];

/** The mean, cut off after milliseconds. */
function mean(name: string, total: DurationJson, count: number): Row {
  const nanos = total.secs * 1e9 + total.nanos;
  const millis = count === 0 ? 0 : Math.floor(nanos / count / 1e6);
  return [name, `${Math.floor(millis / 1000)}.${String(millis % 1000).padStart(3, '0')} s`, 2];
}

/** Of all languages, or of all build servers. */
export const sum = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((a, b) => a + b, 0);
/** As bytes, so that `c++` comes before `cHeader`. */
const sorted = (names: Iterable<string>): readonly string[] => [...new Set(names)].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));

type Counts = (languages: PerLanguageJson) => Readonly<Record<string, number>>;

function perLanguage(name: string, languages: PerLanguageJson, counts: Counts): readonly Row[] {
  const mine = counts(languages);
  return [number(name, sum(mine)), ...sorted(Object.keys(mine)).map((language) => number(`${name} (${language})`, mine[language] ?? 0))];
}

function rate(name: string, hits: number, misses: number): Row {
  return hits + misses === 0 ? [name, '-', 0] : [name, `${((hits / (hits + misses)) * 100).toFixed(2)} %`, 2];
}

function rates(stats: StatisticsJson, counts: Counts): readonly Row[] {
  const hits = counts(stats.cache_hits);
  const misses = counts(stats.cache_misses);
  const name = 'Cache hits rate';
  return [
    rate(name, sum(hits), sum(misses)),
    ...sorted([...Object.keys(hits), ...Object.keys(misses)]).map((it) => rate(`${name} (${it})`, hits[it] ?? 0, misses[it] ?? 0)),
  ];
}

function rowsOf(stats: StatisticsJson, counts: Counts): readonly Row[] {
  return [
    number('Compile requests', stats.compile_requests),
    number('Compile requests executed', stats.requests_executed),
    ...perLanguage('Cache hits', stats.cache_hits, counts),
    ...perLanguage('Cache misses', stats.cache_misses, counts),
    ...rates(stats, counts),
    number('Cache timeouts', stats.cache_timeouts),
    number('Cache read errors', stats.cache_read_errors),
    number('Forced recaches', stats.forced_recaches),
    number('Cache write errors', stats.cache_write_errors),
    ...perLanguage('Cache errors', stats.cache_errors, counts),
    number('Compilations', stats.compilations),
    number('Compilation failures', stats.compile_fails),
    number('Non-cacheable compilations', stats.non_cacheable_compilations),
    number('Non-cacheable calls', stats.requests_not_cacheable),
    number('Non-compilation calls', stats.requests_not_compile),
    number('Unsupported compiler calls', stats.requests_unsupported_compiler),
    mean('Average cache write', stats.cache_write_duration, stats.cache_writes),
    mean('Average compiler', stats.compiler_write_duration, stats.compilations),
    mean('Average cache read hit', stats.cache_read_hit_duration, sum(stats.cache_hits.counts)),
    number('Failed distributed compilations', stats.dist_errors),
  ];
}

/** Names with counts, the biggest first, equal ones by name. */
function ranked(counts: Readonly<Record<string, number>>): readonly (readonly [string, number])[] {
  return sorted(Object.keys(counts))
    .map((name) => [name, counts[name] ?? 0] as const)
    .sort(([, a], [, b]) => b - a);
}

const prefixes = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** Whole numbers with halves to the even one, as Rust prints them. */
function rounded(value: number): number {
  const floor = Math.floor(value);
  const half = value - floor;
  return half > 0.5 || (half === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}

function sizeText(bytes: number, width: number): string {
  let value = bytes;
  let prefix = 0;
  for (; value >= 1024 && prefix < prefixes.length - 1; prefix++) value /= 1024;
  return `${String(rounded(value)).padStart(width)} ${prefixes[prefix] ?? ''}`;
}

/** Every line ends in a newline. @param advanced the breakdown by language and compiler, and the cache's mode */
export function statisticsText(info: StatisticsInfo, advanced: boolean): string {
  const counts: Counts = (languages) => (advanced ? languages.adv_counts : languages.counts);
  const rows = rowsOf(info.stats, counts);
  const names = Math.max(...rows.map(([name]) => name.length));
  const values = Math.max(...rows.map(([, value]) => value.length));
  const lines = rows.map(([name, value, unit]) => `${name.padEnd(names)} ${value.padStart(values + unit)}`);
  const say = (name: string, value: string): void => void lines.push(`${name.padEnd(names)} ${value}`);

  const servers = ranked(info.stats.dist_compiles);
  if (servers.length > 0) lines.push('', 'Successful distributed compiles');
  for (const [server, count] of servers) lines.push(`  ${server.padEnd(names - 2)} ${String(count).padStart(values)}`);
  const repeated = ranked(info.stats.dist_repeated ?? {});
  if (repeated.length > 0) lines.push('', 'Compiled at home instead of on a build server');
  for (const [reason, count] of repeated) lines.push(`  ${reason.padEnd(names - 2)} ${String(count).padStart(values)}`);
  const reasons = ranked(info.stats.not_cached);
  if (reasons.length > 0) lines.push('', 'Non-cacheable reasons:');
  for (const [reason, count] of reasons) say(reason, String(count).padStart(values));
  if (reasons.length > 0) lines.push('');

  say('Cache location', info.cache_location);
  if (advanced && info.effective_cache_mode !== null) say('Effective cache mode', info.effective_cache_mode);
  say('Base directories', info.basedirs.length === 0 ? '(none)' : info.basedirs.join(', '));
  if (info.cache_location.startsWith('Local disk')) say('Use direct/preprocessor mode?', info.use_preprocessor_cache_mode ? 'yes' : 'no');
  say('Version (client)', info.version);
  if (info.cache_size !== null) say('Cache size', sizeText(info.cache_size, values));
  if (info.max_cache_size !== null) say('Max cache size', sizeText(info.max_cache_size, values));
  return `${lines.join('\n')}\n`;
}
