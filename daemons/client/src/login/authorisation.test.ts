import { describe, expect, it } from 'vitest';
import { authorisationUrl, type LoginFlow, mozillaLogin, readCode, readImplicit, readTokenAnswer } from './authorisation.js';

const attempt = { state: '249f0b7be6bc4f968d3614dde16cca92', verifier: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk', redirectUri: 'http://localhost:12731/redirect' };
const pkce: LoginFlow = { kind: 'oauth2_code_grant_pkce', clientId: 'cid', authUrl: 'http://h/authorize?audience=a b', tokenUrl: 'http://h/token' };
const implicit: LoginFlow = { kind: 'oauth2_implicit', clientId: 'cid', authUrl: 'https://h/a' };

describe('authorisationUrl', () => {
  it('is sccache’s, with the challenge of RFC 7636, appendix B', () => {
    expect(authorisationUrl(pkce, attempt)).toBe(
      'http://h/authorize?audience=a%20b&client_id=cid&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256' +
        '&redirect_uri=http%3A%2F%2Flocalhost%3A12731%2Fredirect&response_type=code&state=249f0b7be6bc4f968d3614dde16cca92',
    );
  });
  it('of the implicit flow', () => {
    expect(authorisationUrl(implicit, attempt)).toBe(
      'https://h/a?client_id=cid&redirect_uri=http%3A%2F%2Flocalhost%3A12731%2Fredirect&response_type=token&state=249f0b7be6bc4f968d3614dde16cca92',
    );
  });
  it('of mozilla', () => {
    expect(authorisationUrl(mozillaLogin, attempt)).toContain('https://auth.mozilla.auth0.com/authorize?audience=sccache&scope=openid%20profile&client_id=F1VVD6nRTckSVrviMRaOdLBWIk1AvHYo&');
  });
});

const state = 's1';
const query = (text: string) => new URLSearchParams(text);

describe('readCode', () => {
  it.each([
    ['code=c&state=s1', { kind: 'granted', value: 'c' }],
    ['code=c&state=s2', { kind: 'stranger' }],
    ['code=c', { kind: 'stranger' }],
    ['code=c&state=s1&state=s1', { kind: 'stranger' }],
    ['error=access_denied&state=s2', { kind: 'stranger' }],
    ['state=s1', { kind: 'refused', why: 'the provider sent no code' }],
    ['state=s1&code=', { kind: 'refused' }],
    ['state=s1&code=a&code=b', { kind: 'refused' }],
    ['state=s1&error=access_denied', { kind: 'refused', why: 'access_denied' }],
    ['state=s1&error=x&error_description=a%1b[31mb%0Ac&code=c', { kind: 'refused', why: 'x: a [31mb c' }],
  ])('%s', (text, expected) => expect(readCode(query(text), state)).toMatchObject(expected));
});

describe('readImplicit', () => {
  const good = 'access_token=t&token_type=Bearer&expires_in=60&state=s1';
  it.each([
    [good, { kind: 'granted', value: { token: 't', expiresInSeconds: 60 } }],
    ['access_token=t&token_type=bearer&state=s1', { kind: 'granted', value: { token: 't', expiresInSeconds: undefined } }],
    [`${good}&state=s1`, { kind: 'stranger' }],
    [good.replace('s1', 's2'), { kind: 'stranger' }],
    [good.replace('Bearer', 'mac'), { kind: 'refused' }],
    [good.replace('60', '-1'), { kind: 'refused' }],
    [good.replace('60', 'soon'), { kind: 'refused' }],
    [`${good}&access_token=u`, { kind: 'refused' }],
    ['error=access_denied&state=s1', { kind: 'refused', why: 'access_denied' }],
  ])('%s', (text, expected) => expect(readImplicit(query(text), state)).toMatchObject(expected));
});

describe('readTokenAnswer', () => {
  const good = { access_token: 't.o-k', token_type: 'bearer', expires_in: 3600 };
  const answer = (change: object, status = 200, asJson = false) => readTokenAnswer(status, JSON.stringify({ ...good, ...change }), asJson);
  it.each<[string, unknown, object]>([
    ['all', answer({}), { kind: 'granted', value: { token: 't.o-k', expiresInSeconds: 3600 } }],
    ['201', answer({}, 201), { kind: 'granted' }],
    ['expiry as text', answer({ expires_in: '5' }), { kind: 'granted', value: { expiresInSeconds: 5 } }],
    ['no expiry', answer({ expires_in: null }), { kind: 'granted', value: { expiresInSeconds: undefined } }],
    ['no token', answer({ access_token: undefined }), { kind: 'refused', why: 'the provider sent no access_token' }],
    ['a token with a line break', answer({ access_token: 'a\nb' }), { kind: 'refused' }],
    ['a token that is too long', answer({ access_token: 'a'.repeat(16 * 1024 + 1) }), { kind: 'refused' }],
    ['no type', answer({ token_type: undefined }), { kind: 'refused' }],
    ['not JSON', readTokenAnswer(200, '<h1>', false), { kind: 'refused', why: 'the provider answered something else than JSON' }],
    ['a list', readTokenAnswer(200, '[]', false), { kind: 'refused' }],
    ['500', answer({ error: 'server_error' }, 500), { kind: 'refused', why: 'the provider answered 500 server_error' }],
    ['400 to JSON', answer({ error: 'invalid_request' }, 400, true), { kind: 'again' }],
    ['415 to JSON', readTokenAnswer(415, '', true), { kind: 'again' }],
    ['400 to a form', answer({ error: 'invalid_request', error_description: 'no' }, 400), { kind: 'refused', why: 'the provider answered 400 invalid_request: no' }],
    ['a bad code in JSON', answer({ error: 'invalid_grant' }, 400, true), { kind: 'refused', why: 'the provider answered 400 invalid_grant' }],
    ['429 to JSON', readTokenAnswer(429, '', true), { kind: 'refused' }],
  ])('%s', (_name, read, expected) => expect(read).toMatchObject(expected));
});
