// Knows: which rules and build statements must say something else so that compiles go through the launcher, and links wait for one another.
// Refuses to know: how that is written down.
import { commandKind } from './compile-commands.js';
import { bindingOf, type Edge, evaluatedParts, type Part, type Rule, variableIn } from './ninja-scope.js';
import { poolNames } from './ninja-pools.js';

export interface RuleChange {
  readonly rule: Rule;
  /** Offsets where the launcher goes in. */
  readonly insertions: readonly number[];
  readonly pool: string | undefined;
}

export interface EdgeChange {
  readonly edge: Edge;
  /** Goes before the rule's. */
  readonly command: string | undefined;
  readonly pool: string | undefined;
}

export interface Changes {
  readonly rules: readonly RuleChange[];
  readonly edges: readonly EdgeChange[];
  /** Launchers that stand before compilers already, each as often as it does. */
  readonly launchers: readonly string[];
  readonly commands: readonly (readonly [plain: string, wrapped: string])[];
}

/** What rules may say. Where the file of a statement without bindings has such a variable, a binding of ours would change what others are worth. */
const reserved = ['command', 'depfile', 'deps', 'description', 'dyndep', 'generator', 'msvc_deps_prefix', 'pool', 'restat', 'rspfile', 'rspfile_content'];

interface Judged {
  readonly edge: Edge;
  readonly kind: 'compile' | 'link' | 'launched' | 'other';
  readonly launcher: string | undefined;
  readonly plain: string;
  /** The same as `plain` for what is no compile. */
  readonly wanted: string;
  /** Offsets in the file where the launcher could go into the rule; undefined: it cannot. */
  readonly insertions: readonly number[] | undefined;
  /** True: the statement may get bindings. */
  readonly open: boolean;
  readonly poolless: boolean;
}

/** Where in the file an offset of the evaluated text comes from; undefined: from within a variable. */
function origin(parts: readonly Part[], offset: number): number | undefined {
  let at = 0;
  for (const { text, from, verbatim } of parts) {
    if (offset < at + text.length) return verbatim || offset === at ? from + offset - at : undefined;
    at += text.length;
  }
  return undefined;
}

function insertionsOf(edge: Edge, at: readonly number[]): readonly number[] | undefined {
  const template = edge.rule.bindings.get('command');
  // A binding of the statement's own, or of its file, goes before the rule's.
  if (template === undefined || (edge.own ?? edge.scope.variables).has('command')) return undefined;
  const parts = evaluatedParts(edge, template);
  const found = at.map((offset) => origin(parts, offset));
  return found.every((it) => it !== undefined) ? found : undefined;
}

const inserted = (text: string, at: readonly number[], prefix: string): string =>
  [...at].sort((left, right) => right - left).reduce((all, offset) => `${all.slice(0, offset)}${prefix}${all.slice(offset)}`, text);

/** What the response file holds, if the command reads it. */
function responseOf(edge: Edge, command: string): string {
  const file = bindingOf(edge, 'rspfile');
  return file !== '' && command.includes(`@${file}`) ? bindingOf(edge, 'rspfile_content') : '';
}

function judge(edge: Edge, prefix: string): Judged {
  const plain = bindingOf(edge, 'command');
  const found = commandKind(plain, responseOf(edge, plain));
  const common = {
    edge,
    plain,
    launcher: found.kind === 'launched' ? found.by : undefined,
    open: !plain.includes('\n') && (edge.own !== undefined || !reserved.some((name) => edge.scope.variables.has(name))),
    poolless: !edge.rule.bindings.has('pool') && edge.own?.has('pool') !== true && variableIn(edge.scope, 'pool') === '',
  };
  if (found.kind !== 'compile') return { ...common, kind: found.kind, wanted: plain, insertions: undefined };
  return { ...common, kind: 'compile', wanted: inserted(plain, found.at, prefix), insertions: insertionsOf(edge, found.at) };
}

const poolOf = ({ kind, poolless }: Judged): string | undefined => {
  if (!poolless || kind === 'compile' || kind === 'launched') return undefined;
  return kind === 'link' ? poolNames.links : poolNames.home;
};

/** The most frequent value, and how often it is there. */
function mostFrequent<T>(values: readonly T[]): readonly [T | undefined, number] {
  const counts = new Map<T, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].reduce<readonly [T | undefined, number]>((best, it) => (it[1] > best[1] ? it : best), [undefined, 0]);
}

/** Where the launcher goes into the rule: where it suits at least half of its statements, and the others can say so. */
function ruleInsertions(of: readonly Judged[]): readonly number[] {
  const keyOf = ({ insertions }: Judged): string => insertions?.join() ?? '';
  const [key = '', count] = mostFrequent(of.map(keyOf).filter((it) => it !== ''));
  if (key === '' || count * 2 < of.length || of.some((it) => keyOf(it) !== key && !it.open)) return [];
  return key.split(',').map(Number);
}

interface OfRule {
  readonly rule: RuleChange;
  readonly edges: readonly EdgeChange[];
  readonly commands: readonly (readonly [string, string])[];
}

/** One way for the whole rule where all its statements agree, else each for itself. */
function changesOf(rule: Rule, of: readonly Judged[]): OfRule {
  const insertions = ruleInsertions(of);
  const [key, pools] = [insertions.join(), of.map(poolOf)];
  const common = pools.every((it) => it === pools[0]) ? pools[0] : undefined;
  const edges: EdgeChange[] = [];
  const commands: (readonly [string, string])[] = [];
  for (const it of of) {
    const byRule = key !== '' && it.insertions?.join() === key;
    const own = byRule || (it.plain === it.wanted && (key === '' || it.edge.own?.has('command') === true)) ? undefined : it.wanted;
    const pool = common === undefined ? poolOf(it) : undefined;
    if (it.open && (own !== undefined || pool !== undefined)) edges.push({ edge: it.edge, command: own, pool });
    if (it.kind === 'compile' && (byRule || it.open)) {
      const response = bindingOf(it.edge, 'rspfile_content');
      const rest = response === '' ? '' : `;rspfile=${response}`;
      commands.push([it.plain + rest, it.wanted + rest]);
    }
  }
  return { rule: { rule, insertions, pool: common }, edges, commands };
}

/** @param prefix the launcher as a word for /bin/sh, with the blank behind it */
export function wrapChanges(edges: readonly Edge[], prefix: string): Changes {
  const byRule = new Map<Rule, Judged[]>();
  const launchers: string[] = [];
  for (const edge of edges) {
    if (edge.rule.name === 'phony' && edge.rule.bindings.size === 0) continue;
    const judged = judge(edge, prefix);
    if (judged.launcher !== undefined) launchers.push(judged.launcher);
    const others = byRule.get(edge.rule);
    if (others === undefined) byRule.set(edge.rule, [judged]);
    else others.push(judged);
  }
  const all = [...byRule].map(([rule, of]) => changesOf(rule, of));
  return {
    rules: all.map(({ rule }) => rule).filter(({ insertions, pool }) => insertions.length > 0 || pool !== undefined),
    edges: all.flatMap((it) => it.edges),
    commands: all.flatMap((it) => it.commands),
    launchers,
  };
}
