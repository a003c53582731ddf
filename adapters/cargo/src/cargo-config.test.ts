import { describe, expect, it } from 'vitest';
import { cargoConfig } from './cargo-config.js';
import { entryAt, readToml } from './cargo-toml.js';

const edit = (text: string, launcher = 'sccache-ts'): ReturnType<typeof cargoConfig> => cargoConfig({ file: '.cargo/config.toml', text, launcher });
const [wrapper, incremental] = ['rustc-wrapper = "sccache-ts"', 'incremental = false'];

describe('cargoConfig', () => {
  it.each<[string, string, string]>([
    ['no file', '', `[build]\n${wrapper}\n${incremental}\n`],
    ['other tables', '# mine\n[net]\noffline = true', `# mine\n[net]\noffline = true\n\n[build]\n${wrapper}\n${incremental}\n`],
    ['an empty table', '[build] # x\n[net]\n', `[build] # x\n${wrapper}\n${incremental}\n[net]\n`],
    ['a table', '[build]\njobs = 2 # two\n\n# next\n[net]\n', `[build]\njobs = 2 # two\n${wrapper}\n${incremental}\n\n# next\n[net]\n`],
    ['a table at the end', '[build]\n\tjobs = 2', `[build]\n\tjobs = 2\n\t${wrapper}\n\t${incremental}\n`],
    ['a value of several lines', '[build]\nrustflags = [\n  "-C", # [build]\n  "x",\n]\n[x]\n', `[build]\nrustflags = [\n  "-C", # [build]\n  "x",\n]\n${wrapper}\n${incremental}\n[x]\n`],
    ['what looks like a table', 'k = """\n[build]\n"""\n', `k = """\n[build]\n"""\n\n[build]\n${wrapper}\n${incremental}\n`],
    ['keys with dots', 'build.jobs = 2\nnet.offline = true\n[env]\nA = "b"\n', `build.jobs = 2\nbuild.${wrapper}\nbuild.${incremental}\nnet.offline = true\n[env]\nA = "b"\n`],
    ['an inline table', 'build = { jobs = 2 } # x\n', `build = { jobs = 2, ${wrapper}, ${incremental} } # x\n`],
    ['an empty inline table', 'build = {}\n', `build = { ${wrapper}, ${incremental} }\n`],
    ['an empty inline table with a blank', 'build = { }\n', `build = { ${wrapper}, ${incremental} }\n`],
    ['an inline table that a comma ends', 'build = { jobs = 2, }\n', `build = { jobs = 2, ${wrapper}, ${incremental}, }\n`],
    ['an inline table of several lines', 'build = {\n  jobs = 2 # two\n}\n', `build = {\n  jobs = 2, ${wrapper}, ${incremental} # two\n}\n`],
    ['a table beneath', '[build.x]\na = 1\n', `[build.x]\na = 1\n\n[build]\n${wrapper}\n${incremental}\n`],
    ['ends of lines as elsewhere', '[build]\r\njobs = 2\r\n', `[build]\r\njobs = 2\r\n${wrapper}\r\n${incremental}\r\n`],
    ['a mark at the beginning', '\uFEFF', `\uFEFF[build]\n${wrapper}\n${incremental}\n`],
    ['a wrapper that is ours', '[build]\nrustc-wrapper = "/x/sccache-ts"\n', `[build]\nrustc-wrapper = "/x/sccache-ts"\n${incremental}\n`],
    ['both', `[build]\n${incremental}\n${wrapper}`, `[build]\n${incremental}\n${wrapper}`],
    ['quoted keys', '["build"]\n"rustc-wrapper" = \'sccache-ts\'\nincremental=false', '["build"]\n"rustc-wrapper" = \'sccache-ts\'\nincremental=false'],
  ])('%s', (_, before, after) => {
    const once = edit(before);
    expect(once.text).toBe(after);
    const read = readToml('f', once.text);
    expect(entryAt(read, ['build', 'rustc-wrapper'])?.value).toMatchObject({ kind: 'text', text: expect.stringMatching(/sccache-ts$/) as string });
    expect(entryAt(read, ['build', 'incremental'])?.value).toEqual({ kind: 'flag', on: false });
    expect(edit(once.text)).toEqual({ text: once.text, notes: [] });
  });

  it.each(['[build]\nrustc-wrapper = "sccache"\n', 'build = { rustc-wrapper = "sccache" }', '[build]\nrustc-wrapper = ""\n', '[build]\nrustc-wrapper = 1\n'])('leaves another wrapper, and all with it: %j', (text) => {
    expect(edit(text)).toEqual({ text, notes: [expect.stringContaining('already and was left alone')] });
  });

  it('leaves incremental compiles to whoever asked for them, and says so', () => {
    const text = '[build]\nincremental = true\n';
    expect(edit(text)).toEqual({ text: `${text}${wrapper}\n`, notes: [expect.stringContaining('"sccache-ts" now'), expect.stringContaining('left alone')] });
  });

  it('takes launchers at any place', () => {
    const launcher = '/a "b"\\c/sccache-ts';
    expect(entryAt(readToml('f', edit('', launcher).text), ['build', 'rustc-wrapper'])?.value).toEqual({ kind: 'text', text: launcher });
    expect(edit('[build]\nrustc-wrapper = "/opt/other"\nincremental = false', '/opt/other').notes).toEqual([]);
  });

  it('says where a file is no TOML', () => {
    expect(() => edit('[build]\njobs 2\n')).toThrow(expect.objectContaining({ code: 'SETTINGS_SYNTAX', message: expect.stringContaining('.cargo/config.toml:2:') as string }) as Error);
  });
});
