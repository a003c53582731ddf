// Knows: how Linux tells a process's memory. Refuses to know: whose process it is.
import { readFileSync } from 'node:fs';

/** Bytes. */
export interface ResidentMemory {
  readonly now: number;
  readonly highest: number;
}

/** @param status the text of /proc/PID/status @throws Error when it is not there */
export function parseStatus(status: string): ResidentMemory {
  const of = (name: string): number => {
    const kilobytes = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1];
    if (kilobytes === undefined) throw new Error(`no ${name} in a process's status`);
    return Number(kilobytes) * 1024;
  };
  return { now: of('VmRSS'), highest: of('VmHWM') };
}

export const residentMemory = (pid: number): ResidentMemory => parseStatus(readFileSync(`/proc/${pid}/status`, 'utf8'));
