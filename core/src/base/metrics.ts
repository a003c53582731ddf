// Knows: figures that a daemon keeps, and Prometheus' text format for them. Refuses to know: what is measured, clocks and HTTP.
//
// Grammar (exposition format 0.0.4):
//   text    = family*           family = "# HELP " name " " help LF "# TYPE " name " " type LF sample*
//   sample  = name [ "{" label *("," label) "}" ] " " number LF       label = name "=" DQUOTE escaped DQUOTE
// https://prometheus.io/docs/instrumenting/exposition_formats/

export type Labels = Readonly<Record<string, string>>;

/** One value of a gauge. */
export interface Sample {
  readonly labels?: Labels;
  readonly value: number;
}

export interface Counter {
  /** @param by not negative; default 1 */
  add(labels?: Labels, by?: number): void;
}

export interface Histogram {
  observe(value: number, labels?: Labels): void;
}

/** The figures of one daemon. Names are `snake_case`, with their unit, as Prometheus wants them. */
export interface Metrics {
  /** @param zeroes label sets that are shown from the start, so that a rate of them exists before the first event */
  counter(name: string, help: string, zeroes?: readonly Labels[]): Counter;
  /** Asked each time the text is made. */
  gauge(name: string, help: string, read: () => readonly Sample[]): void;
  /** As `gauge`, of figures that somebody else counts and that only grow. */
  counted(name: string, help: string, read: () => readonly Sample[]): void;
  /** @param bounds upper bounds, ascending; one more without bound is added */
  histogram(name: string, help: string, bounds: readonly number[]): Histogram;
  text(): string;
}

/** Label sets of one figure; more come from somebody who makes them up, and are counted together. */
const mostSeries = 1000;

const escaped = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');

/** `{a="b"}`, or nothing. Sorted, so that equal sets are equal texts. */
function spell(labels: Labels): string {
  const pairs = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

const spellNumber = (value: number): string => (value === Number.POSITIVE_INFINITY ? '+Inf' : String(value));

interface Series<T> {
  readonly labels: Labels;
  value: T;
}

/** One figure's values by their labels. */
function createSeries<T>(first: () => T): { readonly of: (labels: Labels) => Series<T>; readonly all: () => Iterable<Series<T>> } {
  const known = new Map<string, Series<T>>();
  const of = (labels: Labels): Series<T> => {
    const key = spell(labels);
    const found = known.get(key);
    if (found !== undefined) return found;
    if (known.size >= mostSeries && labels['other'] === undefined) return of({ other: 'true' });
    const made = { labels, value: first() };
    known.set(key, made);
    return made;
  };
  return { of, all: () => known.values() };
}

interface Buckets {
  readonly counts: number[];
  sum: number;
  count: number;
}

function* histogramLines(name: string, bounds: readonly number[], all: Iterable<Series<Buckets>>): Generator<string> {
  for (const { labels, value } of all) {
    let below = 0;
    for (const [at, bound] of [...bounds, Number.POSITIVE_INFINITY].entries()) {
      below += value.counts[at] ?? 0;
      yield `${name}_bucket${spell({ ...labels, le: spellNumber(bound) })} ${below}`;
    }
    yield `${name}_sum${spell(labels)} ${value.sum}`;
    yield `${name}_count${spell(labels)} ${value.count}`;
  }
}

function* sampleLines(name: string, samples: Iterable<Sample>): Generator<string> {
  for (const { labels = {}, value } of samples) if (!Number.isNaN(value)) yield `${name}${spell(labels)} ${spellNumber(value)}`;
}

export function createMetrics(): Metrics {
  const families: { readonly name: string; readonly help: string; readonly type: string; readonly lines: () => Iterable<string> }[] = [];
  return {
    counter(name, help, zeroes = []) {
      const series = createSeries(() => 0);
      for (const labels of zeroes) series.of(labels);
      families.push({ name, help, type: 'counter', lines: () => sampleLines(name, series.all()) });
      return { add: (labels = {}, by = 1) => void (series.of(labels).value += by) };
    },
    gauge: (name, help, read) => void families.push({ name, help, type: 'gauge', lines: () => sampleLines(name, read()) }),
    counted: (name, help, read) => void families.push({ name, help, type: 'counter', lines: () => sampleLines(name, read()) }),
    histogram(name, help, bounds) {
      const series = createSeries<Buckets>(() => ({ counts: new Array<number>(bounds.length + 1).fill(0), sum: 0, count: 0 }));
      families.push({ name, help, type: 'histogram', lines: () => histogramLines(name, bounds, series.all()) });
      return {
        observe(value, labels = {}) {
          const buckets = series.of(labels).value;
          const found = bounds.findIndex((bound) => value <= bound);
          const at = found === -1 ? bounds.length : found;
          buckets.counts[at] = (buckets.counts[at] ?? 0) + 1;
          buckets.sum += value;
          buckets.count += 1;
        },
      };
    },
    text: () =>
      families.map(({ name, help, type, lines }) => [`# HELP ${name} ${help.replaceAll('\n', ' ')}`, `# TYPE ${name} ${type}`, ...lines(), ''].join('\n')).join(''),
  };
}
