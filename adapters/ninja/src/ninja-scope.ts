// Knows: what variables of ninja's files are worth: in a file, and in the command of one build statement.
// Refuses to know: files. Source: "Evaluation and scoping" in ninja's manual; a build statement without bindings of its own has its file's
// scope for its own, so that a variable of the file goes before one of the rule.
import { quotedWord } from '@sccache-ts/core/base';
import type { Template } from './ninja-text.js';

export interface Rule {
  readonly name: string;
  readonly bindings: ReadonlyMap<string, Template>;
  /** Which unit it stands in. */
  readonly unit: number;
  /** Offset behind its last line. */
  readonly end: number;
}

export interface Scope {
  readonly parent: Scope | undefined;
  readonly variables: Map<string, string>;
  readonly rules: Map<string, Rule>;
}

export interface Edge {
  readonly rule: Rule;
  readonly scope: Scope;
  /** Bindings of its own; undefined: it has none. */
  readonly own: ReadonlyMap<string, string> | undefined;
  /** As ninja writes them: `a//b/../c` is `a/c`. */
  readonly outputs: readonly string[];
  readonly inputs: readonly string[];
  readonly unit: number;
  readonly end: number;
}

/** A piece of an evaluated text, and where it comes from. */
export interface Part {
  readonly text: string;
  /** Offset in the file of the piece. */
  readonly from: number;
  /** True: `text` stands in the file as it is. False: it is what a variable is worth, or an escape. */
  readonly verbatim: boolean;
}

export const openScope = (parent?: Scope): Scope => ({ parent, variables: new Map(), rules: new Map() });

export function variableIn(scope: Scope | undefined, name: string): string {
  for (let it = scope; it !== undefined; it = it.parent) {
    const value = it.variables.get(name);
    if (value !== undefined) return value;
  }
  return '';
}

export function ruleIn(scope: Scope | undefined, name: string): Rule | undefined {
  for (let it = scope; it !== undefined; it = it.parent) {
    const rule = it.rules.get(name);
    if (rule !== undefined) return rule;
  }
  return undefined;
}

export const evaluateIn = (scope: Scope, template: Template): string =>
  template.map((piece) => (piece.kind === 'text' ? piece.value : variableIn(scope, piece.value))).join('');

/** Ninja's own rule, of whose commands we tell the hash. */
const plainPath = /^[\w+\-./]*$/;
const shellPath = (path: string): string => (plainPath.test(path) ? path : quotedWord(path));

/** Rules can only name what ninja knows; deeper than this it is a circle. */
const deepest = 20;

function variableOf(edge: Edge, name: string, depth: number): string {
  if (name === 'in') return edge.inputs.map(shellPath).join(' ');
  if (name === 'in_newline') return edge.inputs.map(shellPath).join('\n');
  if (name === 'out') return edge.outputs.map(shellPath).join(' ');
  const nearest = edge.own ?? edge.scope.variables;
  const own = nearest.get(name);
  if (own !== undefined) return own;
  const template = edge.rule.bindings.get(name);
  if (template !== undefined) return depth > deepest ? '' : partsOf(edge, template, depth + 1).map(({ text }) => text).join('');
  return variableIn(edge.own === undefined ? edge.scope.parent : edge.scope, name);
}

function partsOf(edge: Edge, template: Template, depth: number): readonly Part[] {
  return template.map((piece) => {
    if (piece.kind === 'variable') return { text: variableOf(edge, piece.value, depth), from: piece.start, verbatim: false };
    return { text: piece.value, from: piece.start, verbatim: piece.value.length === piece.end - piece.start };
  });
}

export const bindingOf = (edge: Edge, name: string): string => variableOf(edge, name, 0);

/** A template of the edge's rule, each piece with its origin. */
export const evaluatedParts = (edge: Edge, template: Template): readonly Part[] => partsOf(edge, template, 0);

/** As ninja names nodes. Source: "Paths" are compared after `.` and `..` are gone, doubled slashes too. */
export function canonicalPath(path: string): string {
  if (!/\/\/|(?:^|\/)\.\.?(?:\/|$)|.\/$/.test(path)) return path;
  const rooted = path.startsWith('/');
  const kept: string[] = [];
  for (const name of path.split('/')) {
    if (name === '' || name === '.') continue;
    if (name === '..' && kept.length > 0 && kept.at(-1) !== '..') kept.pop();
    else kept.push(name);
  }
  const joined = kept.join('/');
  return rooted ? `/${joined}` : joined === '' ? '.' : joined;
}
