// Knows: how a program is run by the addon, off the event loop. Refuses to know: whether there is an addon.
import { constants } from 'node:os';
import { getSystemErrorName } from 'node:util';
import type { Fault } from '../base/index.js';
import type { NativeAddon, NativeEnd } from './native-addon.js';
import type { ProcessResult, ProgramCall } from './processes.js';
import { cannotStart, stillRunning, tooMuch, wasCancelled } from './processes-faults.js';

const longest = 2 ** 32 - 1;

// Some numbers have two names; the first is the one that node gives.
const names = new Map(Object.entries(constants.signals).reverse().map(([name, number]) => [number, name as NodeJS.Signals]));

function faultOf({ outcome, error }: NativeEnd, { program, options }: ProgramCall): Fault | undefined {
  switch (outcome) {
    case 'exited':
      return undefined;
    case 'notStarted': {
      const code = getSystemErrorName(-error);
      return cannotStart(program, Object.assign(new Error(`${code}: ${program}`), { code, errno: -error, syscall: 'spawn' }));
    }
    case 'timedOut':
      return stillRunning(program, options.timeoutMs);
    case 'tooMuchOutput':
      return tooMuch(program, options.maxOutput, 'standard output');
    case 'tooMuchErrorOutput':
      return tooMuch(program, options.maxOutput, 'standard error');
    case 'cancelled':
      return wasCancelled(program);
  }
}

/** As runProcess, when it has not been cancelled yet. */
export function runWithAddon(addon: NativeAddon, call: ProgramCall): Promise<ProcessResult> {
  const { program, args, options } = call;
  const { cwd, input, signal } = options;
  return new Promise((resolve, reject) => {
    const onAbort = (): void => addon.cancel(id);
    const onDone = (end: NativeEnd): void => {
      signal?.removeEventListener('abort', onAbort);
      const fault = faultOf(end, call);
      if (fault !== undefined) reject(fault);
      else resolve({ code: end.code, signal: end.signal === undefined ? undefined : names.get(end.signal), stdout: end.stdout, stderr: end.stderr });
    };
    let id = 0;
    try {
      id = addon.run(
        {
          program,
          args,
          env: Object.entries(options.env).map(([name, value]) => `${name}=${value}`),
          ...(cwd === undefined ? {} : { cwd }),
          ...(input === undefined ? {} : { input }),
          timeoutMs: Math.min(Math.ceil(options.timeoutMs), longest),
          maxOutput: Math.min(options.maxOutput, longest),
        },
        onDone,
      );
    } catch (cause) {
      // A null byte in an argument, or no thread to be had.
      reject(cannotStart(program, cause as Error));
      return;
    }
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
