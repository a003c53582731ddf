// Knows: when a figure is reached, by table.
import { describe, expect, it } from 'vitest';
import { summaryTable, verdict } from './targets.js';
import type { Figure } from './targets.js';

const peers = (ccache: number, sccache: number) => [{ name: 'ccache', value: ccache }, { name: 'sccache', value: sccache }];

describe('verdicts', () => {
  it.each<[Figure, string]>([
    [{ target: 'hitCxx', value: 0.15 }, 'reached, and the aim'],
    [{ target: 'hitCxx', value: 0.151 }, 'reached'],
    [{ target: 'hitCxx', value: 0.3 }, 'reached'],
    [{ target: 'hitCxx', value: 0.301 }, 'not reached'],
    [{ target: 'burst', value: 1.49 }, 'not reached'],
    [{ target: 'burst', value: 1.5 }, 'reached'],
    [{ target: 'cold', value: 3.9, rivals: peers(11, 9) }, 'reached'],
    [{ target: 'cold', value: 3.9, rivals: peers(11, 3) }, 'not reached; no better than sccache'],
    [{ target: 'cold', value: 12, rivals: peers(11, 9) }, 'not reached; no better than ccache, sccache'],
    [{ target: 'cold', value: 5, rivals: peers(11, 9) }, 'not reached'],
    [{ target: 'memory', value: Number.NaN }, 'not measured'],
  ])('%j: %s', (figure, expected) => expect(verdict(figure)).toBe(expected));
});

describe('the summary', () => {
  it('has every target and says which were not measured', () => {
    const { rows } = summaryTable([{ target: 'cold', value: -0.5, rivals: peers(11, 9.04) }, { target: 'memory', value: 90.4 }]);
    expect(rows).toHaveLength(9);
    expect(rows.filter((row) => row[3] === 'not measured')).toHaveLength(7);
    expect(rows.find(([measure]) => measure?.includes('cold'))?.slice(1)).toEqual(['≤ +4.0 %, and below both', '−0.5 % (ccache +11.0 %, sccache +9.0 %)', 'reached']);
    expect(rows.find(([measure]) => measure?.includes('memory'))?.slice(1)).toEqual(['≤ 150 MB', '90 MB', 'reached']);
  });
});
