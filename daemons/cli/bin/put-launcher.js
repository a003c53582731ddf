// Knows: that this is the install script of the published package, and that an install never fails because of it: where the native launcher
// is not put in place, the one in JavaScript does the same, only slower. Refuses to know: how it is put.
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const bin = dirname(fileURLToPath(import.meta.url));
try {
  const { putLauncher } = await import('../dist/put-launcher.js');
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  const sentence = await putLauncher({ bin, version, env: process.env });
  if (sentence !== undefined) process.stderr.write(`${sentence}\n`);
} catch (thrown) {
  process.stderr.write(`sccache-ts: the launcher in JavaScript is used (${thrown.message}).\n`);
}
