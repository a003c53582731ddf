// Knows: the statements of ninja's files, and where each ends. Refuses to know: what variables mean, and what other files say.
// Source: "Ninja file reference" in ninja's manual.
import { openReader, type Reader, type Template } from './ninja-text.js';

export interface Binding {
  readonly name: string;
  readonly value: Template;
}

interface Placed {
  /** Offset of its first character. */
  readonly at: number;
}

export interface Block extends Placed {
  readonly bindings: readonly Binding[];
  /** Offset behind its last line: more lines of the same block can stand here. */
  readonly end: number;
}

export type Statement =
  | ({ readonly kind: 'let' } & Binding & Placed)
  | ({ readonly kind: 'rule' | 'pool'; readonly name: string } & Block)
  | ({
      readonly kind: 'build';
      readonly rule: string;
      /** What stands for `$out` and `$in`: neither implicit nor order-only ones. */
      readonly outputs: readonly Template[];
      readonly inputs: readonly Template[];
    } & Block)
  | ({ readonly kind: 'default' } & Placed)
  | ({ readonly kind: 'include' | 'subninja'; readonly path: Template; /** Of the path. */ readonly start: number; readonly end: number } & Placed);

function binding(reader: Reader): Binding {
  const name = reader.name();
  if (name === undefined) throw reader.wrong('expected variable name');
  if (!reader.take('=')) throw reader.wrong(`expected '=' after ${name}`);
  return { name, value: reader.value() };
}

function block(reader: Reader): Pick<Block, 'bindings' | 'end'> {
  const bindings: Binding[] = [];
  while (reader.takeIndent()) bindings.push(binding(reader));
  return { bindings, end: reader.at() };
}

function lineEnd(reader: Reader): void {
  if (!reader.takeLineEnd()) throw reader.wrong(reader.ended() ? 'unexpected end of file' : 'expected the end of the line');
}

function paths(reader: Reader): readonly Template[] {
  const found: Template[] = [];
  for (let path = reader.path(); path.length > 0; path = reader.path()) found.push(path);
  return found;
}

function build(reader: Reader, at: number): Statement {
  const outputs = paths(reader);
  const implicit = reader.take('|') ? paths(reader) : [];
  if (outputs.length + implicit.length === 0) throw reader.wrong('expected path');
  if (!reader.take(':')) throw reader.wrong("expected ':' ($ also escapes ':')");
  const rule = reader.name();
  if (rule === undefined) throw reader.wrong('expected build command name');
  const inputs = paths(reader);
  while (reader.take('||') || reader.take('|@') || reader.take('|')) paths(reader);
  lineEnd(reader);
  return { kind: 'build', at, rule, outputs, inputs, ...block(reader) };
}

function named(reader: Reader, kind: 'rule' | 'pool', at: number): Statement {
  const name = reader.name();
  if (name === undefined) throw reader.wrong(`expected ${kind} name`);
  lineEnd(reader);
  return { kind, at, name, ...block(reader) };
}

function other(reader: Reader, kind: 'include' | 'subninja', at: number): Statement {
  const start = reader.at();
  const path = reader.path();
  const end = path.at(-1)?.end ?? start;
  if (path.length === 0) throw reader.wrong('expected path');
  lineEnd(reader);
  return { kind, at, path, start, end };
}

function statement(reader: Reader): Statement {
  const at = reader.at();
  if (reader.text[at] === '\t') throw reader.wrong('tabs are not allowed, use spaces');
  if (reader.text[at] === ' ') throw reader.wrong('unexpected indent');
  const word = reader.name();
  switch (word) {
    case undefined:
      throw reader.wrong('expected a statement');
    case 'build':
      return build(reader, at);
    case 'rule':
    case 'pool':
      return named(reader, word, at);
    case 'include':
    case 'subninja':
      return other(reader, word, at);
    case 'default':
      if (paths(reader).length === 0) throw reader.wrong('expected target name');
      lineEnd(reader);
      return { kind: 'default', at };
    default:
      if (!reader.take('=')) throw reader.wrong(`expected '=' after ${word}`);
      return { kind: 'let', at, name: word, value: reader.value() };
  }
}

/** The statements of a file, one after the other. @throws NinjaSyntaxError while they are walked through */
export function* statementsOf(file: string, text: string): Generator<Statement, void, void> {
  const reader = openReader(file, text);
  for (reader.skipLines(); !reader.ended(); reader.skipLines()) yield statement(reader);
}
