import { parseSettingsText } from '@sccache-ts/core/host';
import { describe, expect, it } from 'vitest';
import { authTokensIn, checkRewritten, withAuthToken } from './cached-config.js';

const entry = { authUrl: 'http://h/authorize?audience=a b', token: 'eyJh.b-_.c' };
const line = '"http://h/authorize?audience=a b" = "eyJh.b-_.c"\n';

describe('withAuthToken', () => {
  it.each([
    ['nothing', '', `[dist.auth_tokens]\n${line}`],
    ['what sccache makes of a missing file', '[dist.auth_tokens]\n', `[dist.auth_tokens]\n${line}`],
    ['its own token', `[dist.auth_tokens]\n"http://a/" = "x"\n"http://h/authorize?audience=a b" = '''o"ld'''\n"http://z/" = "y"\n`, `[dist.auth_tokens]\n"http://a/" = "x"\n${line}"http://z/" = "y"\n`],
    ['others', '[dist]\n\n[dist.auth_tokens]\n"http://z/" = "x"\n\n[more]\na = 1\n', `[dist]\n\n[dist.auth_tokens]\n"http://z/" = "x"\n${line}\n[more]\na = 1\n`],
    ['no line break at the end', '[dist.auth_tokens]\n"http://z/" = "x"', `[dist.auth_tokens]\n"http://z/" = "x"\n${line}`],
    ['another table', '[more]\na = 1\n', `[more]\na = 1\n\n[dist.auth_tokens]\n${line}`],
  ])('%s', async (_name, before, after) => {
    expect(withAuthToken(before, entry)).toBe(after);
    const root = (await parseSettingsText('f', after)).root;
    expect(authTokensIn({ root })[entry.authUrl]).toBe(entry.token);
    checkRewritten('f', { before: (await parseSettingsText('f', before)).root, after: root, ...entry });
  });

  it.each(['a"b', 'a\\b', 'a\nb\t\u0001', 'ü€😀', "''' \"\"\""])('gives back %j', async (token) => {
    const root = (await parseSettingsText('f', withAuthToken('', { authUrl: token, token }))).root;
    expect(authTokensIn({ root })).toEqual({ [token]: token });
  });

  it('does not touch a table that it cannot find', async () => {
    const before = '[dist]\nauth_tokens = { "http://a/" = "x" }\n';
    const after = await parseSettingsText('f', withAuthToken(before, entry)).then(({ root }) => root, () => undefined);
    const change = { before: (await parseSettingsText('f', before)).root, after, ...entry };
    expect(() => checkRewritten('f', change)).toThrow('holds its tokens in a way that sccache does not write');
  });
});

it.each([undefined, {}, { dist: 1 }, { dist: { auth_tokens: [] } }, { dist: { auth_tokens: { a: 1 } } }])('finds no token in %j', (root) => {
  expect(authTokensIn({ root })).toEqual({});
});
