import { describe, expect, it } from 'vitest';
import type { KeyPath } from './settings-fields.js';
import { jsonLines, tomlLines } from './settings-lines.js';

const toml = `# comment = 1
top = 1
a.b = 2

[dist]
scheduler_url = "http://x" # y = 3
  "quoted key" = true
[dist.auth]
token = "x"
[[dist.toolchains]]
type = "no_dist"
[[dist.toolchains]]
type = "path_override"
archive = "f"
[dist.toolchains.more]
deep = 1
inline = { x = 1 }
`;

describe('tomlLines', () => {
  it.each<[KeyPath, number | undefined]>([
    [['top'], 2],
    [['a'], 3],
    [['a', 'b'], 3],
    [['dist'], 5],
    [['dist', 'scheduler_url'], 6],
    [['dist', 'quoted key'], 7],
    [['dist', 'auth', 'token'], 9],
    [['dist', 'auth', 'absent'], 8],
    [['dist', 'toolchains'], 10],
    [['dist', 'toolchains', 0, 'type'], 11],
    [['dist', 'toolchains', 1], 12],
    [['dist', 'toolchains', 1, 'archive'], 14],
    [['dist', 'toolchains', 1, 'more', 'deep'], 16],
    [['dist', 'toolchains', 1, 'more', 'inline', 'x'], 17],
    [['absent'], undefined],
    [[], undefined],
  ])('%j', (path, line) => {
    expect(tomlLines(toml)(path)).toBe(line);
  });
});

const json = `{
  "dist": {
    "scheduler_url": "http://x",
    "toolchains": [
      { "type": "no_dist" },
      {
        "type": "path_override"
      }
    ]
  },
  "basedirs": ["/a",
    "/b"]
}
`;

describe('jsonLines', () => {
  it.each<[KeyPath, number | undefined]>([
    [['dist'], 2],
    [['dist', 'scheduler_url'], 3],
    [['dist', 'toolchains', 0], 5],
    [['dist', 'toolchains', 0, 'type'], 5],
    [['dist', 'toolchains', 1, 'type'], 7],
    [['dist', 'toolchains', 1, 'absent'], 6],
    [['basedirs', 1], 12],
    [['absent'], undefined],
  ])('%j', (path, line) => {
    expect(jsonLines(json).broken).toBeUndefined();
    expect(jsonLines(json).lineOf(path)).toBe(line);
  });

  it.each([
    '', ' ', '{', '{"a"', '{"a":', '{"a":1', '{"a":1,}', '{a:1}', '[1,]', '[1 2]', '{"a":1}x', '{"a":1}}', '[tru]', '[01]', '["\n"]', '["\\x"]', '{"a":1]', '[1}', 'nul', ',', '[1.]', '{,}',
  ])('agrees with JSON.parse that %j is broken', (text) => {
    expect(() => JSON.parse(text) as unknown).toThrow();
    expect(jsonLines(text).broken).toBeDefined();
  });

  it.each(['1', '"a"', 'null', '[]', '{}', '[[],{}]', '{"a":[{"b":{}}],"c":-1.5e+3}', ' [ 1 , 2 ] ', '"\\u00e9\\n"'])('agrees with JSON.parse that %j is right', (text) => {
    JSON.parse(text);
    expect(jsonLines(text).broken).toBeUndefined();
  });
});
