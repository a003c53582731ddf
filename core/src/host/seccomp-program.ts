// Knows: how the list of refused system calls becomes a program for the kernel's filter (classic BPF over `struct seccomp_data`).
// Refuses to know: which calls those are and why (seccomp-calls.ts), and who loads it. Pure.
//
//   program     = load(arch) { jump-if-equal(arch, machine) section } kill
//   section     = load(nr) tree                       a binary search over the numbers: few steps for any call
//   tree        = leaf | jump-if-below(nr, pivot) tree tree
//   leaf        = return(allow | errno) | tests
//   instruction = code:u16 jump-true:u8 jump-false:u8 k:u32, little-endian
import { absent, type ArgumentTest, examined, forbidden, newestCall, numberOn, type SeccompMachine } from './seccomp-calls.js';

const opcodes = { load: 0x20, jump: 0x05, jumpIfEqual: 0x15, jumpIfNotBelow: 0x35, jumpIfAnyBit: 0x45, return: 0x06 } as const;

interface Instruction {
  readonly code: number;
  readonly whenTrue: number;
  readonly whenFalse: number;
  readonly k: number;
}

const instruction = (code: keyof typeof opcodes, k: number, whenTrue = 0, whenFalse = 0): Instruction => ({ code: opcodes[code], whenTrue, whenFalse, k });

const verdicts = { allow: 0x7fff_0000, kill: 0x8000_0000, errno: 0x0005_0000 } as const;
const errnos = { EPERM: 1, ENOSYS: 38, EAFNOSUPPORT: 97 } as const;

/** As the kernel names machines in `arch`. */
const architectures: Readonly<Record<SeccompMachine, number>> = { x64: 0xc000_003e, ia32: 0x4000_0003, arm64: 0xc000_00b7 };

/** Offsets in `struct seccomp_data`; of an argument, its lower half on little-endian machines. */
const offsets = { nr: 0, arch: 4, argument: (index: number): number => 16 + 8 * index } as const;

const allow = instruction('return', verdicts.allow);
const fail = (errno: keyof typeof errnos): Instruction => instruction('return', verdicts.errno | errnos[errno]);

type Code = readonly Instruction[];

/** One test; when it is not true, the next `skipped` instructions are left out. */
function testCode({ argument, when }: ArgumentTest, skipped: number): Code {
  const load = instruction('load', offsets.argument(argument));
  if ('anyBit' in when) return [load, instruction('jumpIfAnyBit', when.anyBit, 0, skipped)];
  if ('equals' in when) return [load, instruction('jumpIfEqual', when.equals, 0, skipped)];
  return [load, instruction('jumpIfEqual', when.differsFrom, skipped, 0)];
}

/** Fails when all tests are true; otherwise goes on behind. */
function rule(tests: readonly ArgumentTest[], errno: keyof typeof errnos): Code {
  return tests.reduceRight<Code>((rest, test) => [...testCode(test, rest.length), ...rest], [fail(errno)]);
}

/** What is done about a call by its number, for every number that is not simply allowed. */
function leavesOf(machine: SeccompMachine): ReadonlyMap<number, Code> {
  const leaves = new Map<number, Code>();
  const put = (numbers: Parameters<typeof numberOn>[1], code: Code): void => {
    const number = numberOn(machine, numbers);
    if (number !== undefined) leaves.set(number, code);
  };
  for (const numbers of Object.values(forbidden)) put(numbers, [fail('EPERM')]);
  for (const numbers of Object.values(absent)) put(numbers, [fail('ENOSYS')]);
  for (const rules of Object.values(examined)) {
    const [first] = rules;
    if (first !== undefined) put(first.numbers, [...rules.flatMap(({ tests, errno }) => rule(tests, errno)), allow]);
  }
  return leaves;
}

/** Numbers from `from` up to the next step's share one code. */
interface Step {
  readonly from: number;
  readonly code: Code;
}

function stepsOf(leaves: ReadonlyMap<number, Code>): readonly Step[] {
  const steps: Step[] = [];
  let next = 0;
  for (const [number, code] of [...leaves].sort(([a], [b]) => a - b)) {
    if (number > next) steps.push({ from: next, code: [allow] });
    steps.push({ from: number, code });
    next = number + 1;
  }
  if (next <= newestCall) steps.push({ from: next, code: [allow] });
  // x32's numbers, which have a bit set that no other has, are above as well.
  return [...steps, { from: newestCall + 1, code: [fail('ENOSYS')] }];
}

/** Jumps on a condition reach 255 instructions far, others any distance: so one is put behind the other. */
function tree(steps: readonly Step[]): Code {
  const middle = steps.length >> 1;
  const pivot = steps[middle];
  if (pivot === undefined || middle === 0) return steps[0]?.code ?? [allow];
  const below = tree(steps.slice(0, middle));
  const above = tree(steps.slice(middle));
  return [instruction('jumpIfNotBelow', pivot.from, 0, 1), instruction('jump', below.length), ...below, ...above];
}

function section(machine: SeccompMachine): Code {
  const body = [instruction('load', offsets.nr), ...tree(stepsOf(leavesOf(machine)))];
  return [instruction('jumpIfEqual', architectures[machine], 1, 0), instruction('jump', body.length), ...body];
}

/** By node's names of processors; others have no filter. Numbers of 32-bit programs are looked at as well where they run. */
const machinesOf: Readonly<Record<string, readonly SeccompMachine[]>> = { x64: ['x64', 'ia32'], arm64: ['arm64'] };

/**
 * The filter, as the kernel takes it; undefined for processors that are not known here. A program for any other machine,
 * e.g. 32-bit ARM on arm64, is killed at its first call.
 * @param architecture as in `process.arch`
 */
export function seccompProgram(architecture: string): Uint8Array | undefined {
  const machines = machinesOf[architecture];
  if (machines === undefined) return undefined;
  const code = [instruction('load', offsets.arch), ...machines.flatMap(section), instruction('return', verdicts.kill)];
  const bytes = Buffer.alloc(code.length * 8);
  code.forEach(({ code: operation, whenTrue, whenFalse, k }, index) => {
    bytes.writeUInt16LE(operation, index * 8);
    bytes.writeUInt8(whenTrue, index * 8 + 2);
    bytes.writeUInt8(whenFalse, index * 8 + 3);
    bytes.writeUInt32LE(k >>> 0, index * 8 + 4);
  });
  return bytes;
}
