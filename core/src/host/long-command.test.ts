import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { fittingCommand } from './long-command.js';
import { isThere } from './files.js';
import { runProcess } from './processes.js';

const long = Array.from({ length: 3000 }, (_, at) => `-DNAME_${at}="a \\${at}"`);

it('leaves a command alone that fits', async () => {
  expect(await fittingCommand('gcc', ['-c', 'a.c'])).toMatchObject({ program: 'gcc', args: ['-c', 'a.c'] });
});

it('gives gcc by a file what does not fit, and takes the file away', async () => {
  const fitting = await fittingCommand('/usr/bin/gcc', ['-E', '-dM', '-x', 'c', '/dev/null', ...long]);
  const path = fitting.args[0]?.slice(1) ?? '';
  expect([fitting.args.length, readFileSync(path).byteLength > 32_767]).toEqual([1, true]);
  const { code, stdout } = await runProcess(fitting.program, fitting.args, { env: { PATH: '/usr/bin:/bin' }, timeoutMs: 20_000 });
  await fitting.discard();
  expect([code, isThere(path)]).toEqual([0, false]);
  expect(stdout.toString()).toContain('#define NAME_2999 "a \\2999"\n');
});

it('says so when no file can hold the words', async () => {
  await expect(fittingCommand('cl.exe', [...long, '-DX=a\nb'])).rejects.toMatchObject({ code: 'PROCESS_FAILED' });
});
