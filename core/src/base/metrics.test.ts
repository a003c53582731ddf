import { describe, expect, it } from 'vitest';
import { createMetrics } from './metrics.js';

describe('createMetrics', () => {
  it('spells counters, gauges and histograms as Prometheus reads them', () => {
    const metrics = createMetrics();
    const jobs = metrics.counter('jobs_total', 'Jobs', [{ outcome: 'ok' }, { outcome: 'failed' }]);
    metrics.gauge('free', 'Places', () => [{ value: 3 }, { labels: { host: 'a"b\\c\nd' }, value: 0.5 }, { labels: { host: 'gone' }, value: Number.NaN }]);
    metrics.counted('beats_total', 'Beats', () => [{ value: 7 }]);
    const steps = metrics.histogram('step_seconds', 'Steps', [0.1, 1]);
    jobs.add({ outcome: 'ok' });
    jobs.add({ outcome: 'ok' }, 2);
    for (const value of [0.1, 0.2, 5]) steps.observe(value, { step: 'run' });
    expect(metrics.text()).toBe(
      [
        '# HELP jobs_total Jobs',
        '# TYPE jobs_total counter',
        'jobs_total{outcome="ok"} 3',
        'jobs_total{outcome="failed"} 0',
        '# HELP free Places',
        '# TYPE free gauge',
        'free 3',
        'free{host="a\\"b\\\\c\\nd"} 0.5',
        '# HELP beats_total Beats',
        '# TYPE beats_total counter',
        'beats_total 7',
        '# HELP step_seconds Steps',
        '# TYPE step_seconds histogram',
        'step_seconds_bucket{le="0.1",step="run"} 1',
        'step_seconds_bucket{le="1",step="run"} 2',
        'step_seconds_bucket{le="+Inf",step="run"} 3',
        'step_seconds_sum{step="run"} 5.3',
        'step_seconds_count{step="run"} 3',
        '',
      ].join('\n'),
    );
  });

  it('keeps one figure for one set of labels in whatever order, and bounds how many there are', () => {
    const metrics = createMetrics();
    const calls = metrics.counter('calls', 'Calls');
    calls.add({ a: '1', b: '2' });
    calls.add({ b: '2', a: '1' });
    expect(metrics.text()).toContain('calls{a="1",b="2"} 2\n');
    for (let i = 0; i < 5000; i++) calls.add({ made: `${i}` });
    const lines = metrics.text().split('\n').filter((line) => line.startsWith('calls{'));
    expect(lines.length).toBeLessThanOrEqual(1001);
    expect(lines.find((line) => line.startsWith('calls{other='))).toBe(`calls{other="true"} ${5001 - 1000}`);
  });
});
