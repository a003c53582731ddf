// Knows: what one part of the bench gives. Refuses to know: which parts there are (main.ts).
import type { Table } from './figures.js';
import type { Figure } from './targets.js';

export interface Part {
  readonly tables: readonly Table[];
  /** Those of its figures that there are targets for. */
  readonly figures: readonly Figure[];
}

export const tableOnly = (table: Table): Part => ({ tables: [table], figures: [] });
