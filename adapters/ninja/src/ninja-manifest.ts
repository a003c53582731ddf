// Knows: a build file with all that it includes: every build statement with its rule, its scope and its place.
// Refuses to know: how files are read, and what commands do.
import { canonicalPath, type Edge, evaluateIn, openScope, type Rule, ruleIn, type Scope } from './ninja-scope.js';
import { statementsOf, type Statement } from './ninja-statements.js';
import { NinjaSyntaxError, type Template } from './ninja-text.js';

/** One reading of one file: a file that is included twice is two units. */
export interface Unit {
  readonly path: string;
  /** Bytes as latin1. */
  readonly text: string;
  /** The files it includes, each with the offsets of its path. */
  readonly inclusions: readonly { readonly unit: number; readonly start: number; readonly end: number }[];
}

export interface Manifest {
  /** The first is the build file itself. */
  readonly units: readonly Unit[];
  readonly edges: readonly Edge[];
  /** Value of `builddir`; empty when it is not set. */
  readonly builddir: string;
}

/** Undefined: there is no such file. */
export type ReadText = (path: string) => string | undefined;

interface Reading {
  readonly units: (Unit & { readonly inclusions: { readonly unit: number; readonly start: number; readonly end: number }[] })[];
  readonly edges: Edge[];
  readonly read: ReadText;
  depth: number;
}

/** Nobody nests build files that deep, but one may include itself. */
const deepest = 100;

const phony: Rule = { name: 'phony', bindings: new Map(), unit: 0, end: 0 };

type Of<Kind extends Statement['kind']> = Extract<Statement, { readonly kind: Kind }>;

interface Place {
  readonly scope: Scope;
  readonly unit: number;
  readonly wrong: (problem: string, at: number) => NinjaSyntaxError;
}

function ruleFrom({ name, bindings, end, at }: Of<'rule' | 'pool'>, { scope, unit, wrong }: Place): void {
  if (scope.rules.has(name)) throw wrong(`duplicate rule '${name}'`, at);
  const templates = new Map<string, Template>(bindings.map((it) => [it.name, it.value]));
  if (!templates.has('command')) throw wrong(`rule '${name}' has no 'command =' line`, at);
  scope.rules.set(name, { name, bindings: templates, unit, end });
}

function edgeFrom(statement: Of<'build'>, { scope, unit, wrong }: Place): Edge {
  const rule = statement.rule === 'phony' ? phony : ruleIn(scope, statement.rule);
  if (rule === undefined) throw wrong(`unknown build rule '${statement.rule}'`, statement.at);
  // A binding does not see those before it; paths see all of them.
  const own = openScope(scope);
  for (const { name, value } of statement.bindings) own.variables.set(name, evaluateIn(scope, value));
  const pathsOf = (templates: readonly Template[]): readonly string[] => templates.map((it) => canonicalPath(evaluateIn(own, it)));
  return {
    rule,
    scope,
    unit,
    end: statement.end,
    own: statement.bindings.length === 0 ? undefined : own.variables,
    outputs: pathsOf(statement.outputs),
    inputs: pathsOf(statement.inputs),
  };
}

function include(reading: Reading, statement: Of<'include' | 'subninja'>, place: Place): void {
  const path = evaluateIn(place.scope, statement.path);
  if (reading.depth >= deepest) throw place.wrong(`${path} is included too deep`, statement.at);
  const text = reading.read(path);
  if (text === undefined) throw place.wrong(`loading '${path}': there is no such file`, statement.at);
  reading.units[place.unit]?.inclusions.push({ unit: reading.units.length, start: statement.start, end: statement.end });
  reading.depth += 1;
  readUnit(reading, { path, text, scope: statement.kind === 'include' ? place.scope : openScope(place.scope) });
  reading.depth -= 1;
}

function readUnit(reading: Reading, { path, text, scope }: { readonly path: string; readonly text: string; readonly scope: Scope }): void {
  const unit = reading.units.push({ path, text, inclusions: [] }) - 1;
  const wrong = (problem: string, at: number): NinjaSyntaxError =>
    new NinjaSyntaxError(`${path}:${text.slice(0, at).split('\n').length}: ${problem}`);
  const place: Place = { scope, unit, wrong };
  for (const statement of statementsOf(path, text)) {
    switch (statement.kind) {
      case 'let':
        scope.variables.set(statement.name, evaluateIn(scope, statement.value));
        break;
      case 'rule':
        ruleFrom(statement, place);
        break;
      case 'build':
        reading.edges.push(edgeFrom(statement, place));
        break;
      case 'include':
      case 'subninja':
        include(reading, statement, place);
        break;
      case 'pool':
      case 'default':
        break;
    }
  }
}

/** @throws NinjaSyntaxError for what ninja would not understand, and for files that are not there */
export function readManifest(file: string, read: ReadText): Manifest {
  const text = read(file);
  if (text === undefined) throw new NinjaSyntaxError(`${file}: there is no such file`);
  const scope = openScope();
  const reading: Reading = { units: [], edges: [], read, depth: 0 };
  readUnit(reading, { path: file, text, scope });
  return { units: reading.units, edges: reading.edges, builddir: scope.variables.get('builddir') ?? '' };
}
