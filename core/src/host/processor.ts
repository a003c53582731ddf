// Knows: how to describe the processor as far as it decides what `-march=native` means. Refuses to know: compilers.
import { readFileSync } from 'node:fs';
import { arch, cpus } from 'node:os';

/** What differs between equal processors or from moment to moment. */
const passing = /^(processor|core id|apicid|initial apicid|physical id|siblings|cpu cores|cpu MHz|bogomips|BogoMIPS|microcode|bugs|Serial|cpuid level)\s*:/;

/**
 * The distinct kinds of cores in the text of /proc/cpuinfo, in a stable order.
 */
export function processorKinds(cpuinfo: string): string {
  const blocks = cpuinfo.split(/\n\s*\n/).map((block) =>
    block.split('\n').filter((line) => line.trim() !== '' && !passing.test(line)).map((line) => line.replace(/\s+/g, ' ').trim()).join('\n'),
  );
  return [...new Set(blocks.filter((block) => block !== ''))].sort().join('\n\n');
}

/** Model, stepping and features; undefined when the system does not tell. Read once: processors do not change under a running system. */
export function describeProcessor(): string | undefined {
  described ??= { text: describe() };
  return described.text;
}

let described: { readonly text: string | undefined } | undefined;

function describe(): string | undefined {
  try {
    const kinds = processorKinds(readFileSync('/proc/cpuinfo', 'utf8'));
    if (kinds !== '') return `${arch()}\n${kinds}`;
  } catch {
    // Not Linux, or hidden from us: the model's name must do.
  }
  const models = [...new Set(cpus().map((cpu) => cpu.model))].sort();
  return models.length === 0 ? undefined : `${arch()}\n${models.join('\n')}`;
}
