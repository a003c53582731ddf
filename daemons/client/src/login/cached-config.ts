// Knows: the file in which sccache keeps the tokens of logins, to the byte, and how one is put into it without touching the rest.
// Refuses to know: where the file is, and what tokens say.
//
// file = … `[dist.auth_tokens]` NL { key ` = ` value NL } …     key: the auth_url exactly as configured, quoted
import { Fault, type SettingsDocument } from '@sccache-ts/core/base';

/** The tokens in a parsed file, by auth_url. Anything else in it is left aside. */
export function authTokensIn(document: Pick<SettingsDocument, 'root'>): Readonly<Record<string, string>> {
  const member = (of: unknown, name: string): unknown =>
    typeof of === 'object' && of !== null && Object.hasOwn(of, name) ? (of as Record<string, unknown>)[name] : undefined;
  const tokens = member(member(document.root, 'dist'), 'auth_tokens');
  if (typeof tokens !== 'object' || tokens === null) return {};
  return Object.fromEntries(Object.entries(tokens).filter((pair): pair is [string, string] => typeof pair[1] === 'string'));
}

/** A TOML basic string, which is how sccache writes what holds neither quotes nor backslashes. */
function quoted(text: string): string {
  const escapes: Readonly<Record<string, string>> = { '"': '\\"', '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };
  // TOML forbids exactly these in it.
  return `"${text.replace(/["\\\u0000-\u001f\u007f]/g, (it) => escapes[it] ?? `\\u${it.charCodeAt(0).toString(16).padStart(4, '0')}`)}"`;
}

const header = '[dist.auth_tokens]';
const isHeader = (line: string): boolean => /^\s*\[\s*dist\s*\.\s*auth_tokens\s*\]\s*(#.*)?$/.test(line);
const isAnyHeader = (line: string): boolean => /^\s*\[/.test(line);

/**
 * The text with one more or one other token. Lines that speak of other things stay as they are.
 * @throws Fault SETTINGS_INVALID when the table is written in a way that sccache never writes
 */
export function withAuthToken(text: string, entry: { readonly authUrl: string; readonly token: string }): string {
  const line = `${quoted(entry.authUrl)} = ${quoted(entry.token)}`;
  const lines = text === '' ? [] : text.replace(/\n$/, '').split('\n');
  const at = lines.findIndex(isHeader);
  if (at < 0) {
    const between = lines.length === 0 || lines.at(-1) === '' ? [] : [''];
    return [...lines, ...between, header, line, ''].join('\n');
  }
  const after = lines.slice(at + 1);
  const length = after.findIndex(isAnyHeader);
  const own = length < 0 ? after : after.slice(0, length);
  const rest = length < 0 ? [] : after.slice(length);
  const starts = [`${quoted(entry.authUrl)} = `, `'${entry.authUrl}' = `];
  const known = own.findIndex((it) => starts.some((start) => it.trimStart().startsWith(start)));
  if (known >= 0) own[known] = line;
  else own.splice(own.findLastIndex((it) => it.trim() !== '') + 1, 0, line);
  return [...lines.slice(0, at + 1), ...own, ...rest, ''].join('\n');
}

/** Makes sure that the change did what it should and nothing else. @throws Fault SETTINGS_INVALID */
export function checkRewritten(file: string, change: { readonly before: unknown; readonly after: unknown; readonly authUrl: string; readonly token: string }): void {
  const before = { ...authTokensIn({ root: change.before }), [change.authUrl]: change.token };
  const after = authTokensIn({ root: change.after });
  const same = Object.keys(before).length === Object.keys(after).length && Object.entries(before).every(([key, value]) => after[key] === value);
  if (same) return;
  throw new Fault('SETTINGS_INVALID', `${file}: holds its tokens in a way that sccache does not write, so that none can be put into it`, {
    hint: 'Remove the file and log in again.',
  });
}
