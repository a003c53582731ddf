import { describe, expect, it } from 'vitest';
import { entryAt, headerAt, lineAt, readToml } from './cargo-toml.js';

const shown = (text: string): readonly string[] =>
  readToml('f', text).entries.map(({ path, value }) => {
    const told = value.kind === 'text' ? JSON.stringify(value.text) : value.kind === 'flag' ? String(value.on) : value.kind === 'list' ? `list ${value.items.length}` : value.kind;
    return `${path.join('/')} ${told}`;
  });

describe('readToml', () => {
  it.each<[string, readonly string[]]>([
    ['', []],
    ['# only\n\n', []],
    ['a = 1', ['a other']],
    ['a=true # not false\nb = false\r\n', ['a true', 'b false']],
    ['[t]\nk = "v"', ['t/k "v"']],
    ['[ t . "u.v" ] # c\n\'k k\' = \'v\\n\'', ['t/u.v/k k "v\\\\n"']],
    ['a.b . c = "x\\t\\u00e9\\"]"', ['a/b/c "x\\té\\"]"']],
    ['k = """\none # two\n[three]\nx = "4" \\\n   five"""\nl = 2', ['k "one # two\\n[three]\\nx = \\"4\\" five"', 'l other']],
    ["k = '''a''b'''\nl = ''", ['k "a\'\'b"', 'l ""']],
    ['k = """"two"" quotes"""""\nl = true', ['k "\\"two\\"\\" quotes\\"\\""', 'l true']],
    ['k = [ "a", # ]\n "b", [1, 2], { c = 1 },\n]\nl = 1', ['k list 4', 'l other']],
    ['t = { a = { b = "c" }, d.e = [] }\n', ['t table', 't/a table', 't/a/b "c"', 't/d/e list 0']],
    ['t = {}', ['t table']],
    ['d = 1979-05-27 07:32:00 # c\ne = 1979-05-27T07:32:00Z\nf = -1e3', ['d other', 'e other', 'f other']],
    ['[[l]]\nk = 1\n[[l]]\nk = 2', ['l/k other', 'l/k other']],
    ['\uFEFFk = true', ['k true']],
  ])('%j', (text, expected) => expect(shown(text)).toEqual(expected));

  it.each<[string, number]>([
    ['k', 1], ['k = ', 1], ['\n[t\n', 2], ['k = "a\n"', 1], ['k = 1 2', 1], ['a = 1\nb = [1 2]\n', 2], ['k = {a = 1', 1], ['= 1', 1], ['[[t]\n', 1], ['k = """a', 1],
  ])('refuses %j in line %s', (text, line) => {
    expect(() => readToml('f.toml', text)).toThrow(expect.objectContaining({ code: 'SETTINGS_SYNTAX', message: expect.stringContaining(`f.toml:${line}: expected`) as string }) as Error);
  });

  it('tells where things stand', () => {
    const text = '# c\n[build] # d\n  jobs = 2 # e\n[x]\n';
    const read = readToml('f', text);
    const jobs = entryAt(read, ['build', 'jobs']);
    expect(jobs === undefined ? '' : text.slice(jobs.from, jobs.to)).toBe('jobs = 2');
    expect(jobs?.under).toBe(headerAt(read, ['build']));
    expect([headerAt(read, ['x']), headerAt(read, ['y']), entryAt(read, ['jobs'])]).toEqual([1, undefined, undefined]);
    expect(lineAt(text, jobs?.from ?? 0)).toBe(3);
  });
});
