// Knows: the pages that a browser is shown during a login. Refuses to know: who asks for them, and what is in a token.
import { createHash } from 'node:crypto';
import type { Reply } from '@sccache-ts/core/host';

const escaped = (text: string): string => text.replace(/[&<>"']/g, (it) => `&#${it.charCodeAt(0)};`);

/** Goes where `/auth_detail.json` says. */
const startScript = `
const tell = (text) => { document.getElementById('told').textContent = text; };
fetch('/auth_detail.json').then((answer) => {
  if (!answer.ok) throw new Error('answered ' + answer.status);
  return answer.json();
}).then((url) => { location.href = url; }).catch((cause) => tell('The login cannot begin: ' + cause.message));
`;

/** Hands over what stands behind the #, which no server sees, and takes it out of the address and the history. */
const handOverScript = `
const tell = (text) => { document.getElementById('told').textContent = text; };
const given = location.hash.slice(1) || location.search.slice(1);
history.replaceState(null, '', location.pathname);
fetch('/save_auth?' + given, { method: 'POST' }).then(async (answer) => {
  if (!answer.ok) throw new Error(await answer.text());
  tell('In-browser step of authentication complete, you can now close this page!');
}).catch((cause) => tell('The login failed: ' + cause.message));
`;

/** A browser must not keep the listener from ending. */
const last = { Connection: 'close' };

interface Page {
  readonly status?: number;
  readonly text: string;
  readonly script?: string;
}

/** A page that nothing foreign can be put into or around. */
function page({ status = 200, text, script }: Page): Reply {
  const allowed = script === undefined ? '' : ` script-src 'sha256-${createHash('sha256').update(script).digest('base64')}'; connect-src 'self';`;
  const html = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>sccache-ts login</title></head>
<body><p id="told">${escaped(text)}</p>${script === undefined ? '' : `<script>${script}</script>`}</body>
</html>
`;
  return {
    status,
    headers: {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': `default-src 'none';${allowed} base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
      'Cache-Control': 'no-store',
      'Referrer-Policy': 'no-referrer',
      'X-Content-Type-Options': 'nosniff',
      ...last,
    },
    body: new TextEncoder().encode(html),
  };
}

export const startPage = (): Reply => page({ text: 'Going to the login page …', script: startScript });
export const handOverPage = (): Reply => page({ text: 'Completing the login …', script: handOverScript });
export const donePage = (): Reply => page({ text: 'In-browser step of authentication complete, you can now close this page!' });
export const failedPage = (status: number, why: string): Reply => page({ status, text: `The login failed: ${why}` });

const bare = { ...last, 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' };

/** A text as JSON, which is what sccache's page asks for. */
export const jsonReply = (text: string): Reply => ({
  status: 200,
  headers: { 'Content-Type': 'application/json', ...bare },
  body: new TextEncoder().encode(JSON.stringify(text)),
});

export const textReply = (status: number, text: string): Reply => ({
  status,
  headers: { 'Content-Type': 'text/plain; charset=utf-8', ...bare },
  body: new TextEncoder().encode(text),
});
