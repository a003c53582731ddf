import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { absent, examined, forbidden, newestCall, numberOn, type SeccompMachine } from './seccomp-calls.js';
import { seccompProgram } from './seccomp-program.js';

const architecture = { x64: 0xc000003e, ia32: 0x40000003, arm64: 0xc00000b7, arm: 0x40000028, riscv: 0xc00000f3 } as const;

/** Does what the kernel does with the program. */
function judge(program: Uint8Array, call: { arch: number; nr: number; args?: readonly number[] }): string {
  const bytes = Buffer.from(program);
  const data = Buffer.alloc(64);
  data.writeUInt32LE(call.nr >>> 0, 0);
  data.writeUInt32LE(call.arch, 4);
  (call.args ?? []).forEach((value, at) => data.writeUInt32LE(value >>> 0, 16 + 8 * at));
  let accumulator = 0;
  for (let at = 0, steps = 0; at < bytes.length / 8; at++) {
    steps += 1;
    if (steps > 100) return 'too many steps';
    const [code, yes, no, k] = [bytes.readUInt16LE(at * 8), bytes.readUInt8(at * 8 + 2), bytes.readUInt8(at * 8 + 3), bytes.readUInt32LE(at * 8 + 4)];
    if (code === 0x20) accumulator = data.readUInt32LE(k);
    else if (code === 0x05) at += k;
    else if (code === 0x15) at += accumulator === k ? yes : no;
    else if (code === 0x35) at += accumulator >= k ? yes : no;
    else if (code === 0x45) at += (accumulator & k) !== 0 ? yes : no;
    else if (code === 0x06) return { 0x7fff0000: 'allow', 0x80000000: 'kill', 0x00050001: 'EPERM', 0x00050026: 'ENOSYS', 0x00050061: 'EAFNOSUPPORT' }[k] ?? `return ${k}`;
    else return `operation ${code}`;
  }
  return 'fell off the end';
}

const programs = { x64: seccompProgram('x64') ?? new Uint8Array(), ia32: seccompProgram('x64') ?? new Uint8Array(), arm64: seccompProgram('arm64') ?? new Uint8Array() };
const on = (machine: SeccompMachine, nr: number, ...args: number[]): string => judge(programs[machine], { arch: architecture[machine], nr, args });

describe.each(['x64', 'ia32', 'arm64'] as const)('the filter on %s', (machine) => {
  it('gives every number exactly the answer that the lists give', () => {
    const expected = new Map<number, string>();
    for (const numbers of Object.values(forbidden)) expected.set(numberOn(machine, numbers) ?? -1, 'EPERM');
    for (const numbers of Object.values(absent)) expected.set(numberOn(machine, numbers) ?? -1, 'ENOSYS');
    const looked = new Set(Object.values(examined).flat().map((it) => numberOn(machine, it.numbers)));
    for (let nr = 0; nr <= newestCall; nr++) if (!looked.has(nr)) expect([nr, on(machine, nr)]).toEqual([nr, expected.get(nr) ?? 'allow']);
    for (const nr of [newestCall + 1, 1000, 0x3fffffff, 0x40000000 | 272, 0xffffffff]) expect(on(machine, nr)).toBe('ENOSYS');
  });

  it.each<[string, readonly number[], string]>([
    ['clone', [0x01200011], 'allow'], // fork
    ['clone', [0x003d0f00], 'allow'], // a thread
    ['clone', [0x10000011], 'EPERM'], ['clone', [0x00020011], 'EPERM'], ['clone', [0x20000000], 'EPERM'], ['clone', [0x40000000], 'EPERM'], ['clone', [0x02000000], 'EPERM'],
    ['clone', [0x04000000], 'EPERM'], ['clone', [0x08000000], 'EPERM'],
    ['socket', [1, 1, 0], 'allow'], ['socket', [2, 1, 0], 'EAFNOSUPPORT'], ['socket', [10, 2, 0], 'EAFNOSUPPORT'], ['socket', [16, 3, 0], 'EAFNOSUPPORT'], ['socket', [0], 'EAFNOSUPPORT'],
    ['chmod', [0, 0o755], 'allow'], ['chmod', [0, 0o4755], 'EPERM'], ['chmod', [0, 0o2755], 'EPERM'], ['chmod', [0, 0o1777], 'allow'],
    ['fchmod', [3, 0o6755], 'EPERM'], ['fchmodat', [3, 0, 0o755], 'allow'], ['fchmodat', [3, 0, 0o4000], 'EPERM'], ['fchmodat2', [3, 0, 0o4000, 0], 'EPERM'],
    ['creat', [0, 0o4644], 'EPERM'], ['creat', [0, 0o644], 'allow'], ['mknod', [0, 0o104755], 'EPERM'], ['mknodat', [0, 0, 0o100755], 'allow'],
    ['open', [0, 0o1101, 0o666], 'allow'], ['open', [0, 0o1101, 0o4666], 'EPERM'], ['open', [0, 0, 0o4666], 'allow'],
    ['openat', [0, 0, 0o100, 0o2666], 'EPERM'], ['openat', [0, 0, 0o20200002, 0o4600], 'EPERM'], ['openat', [0, 0, 0, 0o7777], 'allow'],
    ['ioctl', [0, 0x5401], 'allow'], ['ioctl', [0, 0x5412], 'EPERM'], ['ioctl', [0, 0x541c], 'EPERM'],
  ])('%s with %j: %s', (name, args, verdict) => {
    const nr = numberOn(machine, examined[name]?.[0]?.numbers ?? [undefined, undefined, undefined]);
    if (nr !== undefined) expect(on(machine, nr, ...args)).toBe(verdict);
    else expect(machine).toBe('arm64');
  });
});

describe('the filter', () => {
  it('kills programs of machines that it does not know, and is not there for machines that it does not know', () => {
    expect(judge(programs.x64, { arch: architecture.arm64, nr: 0 })).toBe('kill');
    expect(judge(programs.arm64, { arch: architecture.arm, nr: 0 })).toBe('kill');
    expect(judge(programs.arm64, { arch: architecture.x64, nr: 0 })).toBe('kill');
    expect(seccompProgram('riscv64')).toBeUndefined();
  });

  it('fits the kernel: at most 4096 instructions, no jump beyond the end', () => {
    for (const program of [programs.x64, programs.arm64]) expect(program.byteLength / 8).toBeLessThan(4096);
  });

  it('leaves what compilers do: memory, files, processes, pipes, threads, time', () => {
    for (const nr of [0, 1, 3, 4, 9, 10, 11, 22, 59, 61, 202, 218, 228, 231, 262, 293, 302, 332, 334, 439]) expect(on('x64', nr)).toBe('allow');
  });
});

const headers: Readonly<Record<SeccompMachine, string>> = {
  x64: '/usr/include/x86_64-linux-gnu/asm/unistd_64.h', ia32: '/usr/include/x86_64-linux-gnu/asm/unistd_32.h', arm64: '/usr/include/asm-generic/unistd.h',
};

describe.each(Object.entries(headers) as [SeccompMachine, string][])('numbers on %s', (machine, header) => {
  const there = existsSync(header);
  if (!there) console.warn(`skipped: numbers of system calls on ${machine}: ${header} is not there (apt-get install linux-libc-dev)`);

  it.runIf(there)('are those of the kernel\'s own header', () => {
    const found = new Map([...readFileSync(header, 'utf8').matchAll(/^#define __NR(?:3264)?_(\w+)\s+([0-9]+)/gm)].map(([, name, number]) => [name ?? '', Number(number)]));
    const newest = Math.max(...[...found].filter(([name]) => name !== 'syscalls').map(([, number]) => number));
    const ours = [...Object.entries(forbidden), ...Object.entries(absent), ...Object.entries(examined).map(([name, rules]) => [name, rules[0]?.numbers ?? []] as const)];
    for (const [name, numbers] of ours) {
      const number = numberOn(machine, numbers as Parameters<typeof numberOn>[1]);
      if (number === undefined || number > newest || /^clock_.*64$/.test(name)) continue;
      expect([name, number]).toEqual([name, found.get(name)]);
    }
  });
});
