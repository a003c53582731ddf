// Knows: what `--dist-status` tells, in sccache's JSON shapes (inventory 1.4). Refuses to know: jobs.
import type { HttpClient } from '@sccache-ts/core/host';
import { schedulerStatusCodec } from '@sccache-ts/core/wire';
import type { ClientSettings } from './settings-shape.js';

export type DistStatusJson =
  | { readonly Disabled: string }
  | { readonly NotConnected: readonly [url: string, why: string] }
  | {
      readonly SchedulerStatus: readonly [
        url: string,
        status: { readonly num_servers: number; readonly num_cpus: number; readonly in_progress: number },
      ];
    };

const timeoutMs = 5_000;
const maxReply = 1024;

/** Asks the scheduler afresh each time. Never throws for the scheduler's sake. */
export async function distStatus({ dist }: ClientSettings, http: HttpClient): Promise<DistStatusJson> {
  if (dist === undefined) return { Disabled: 'disabled' };
  if (dist.auth.kind === 'unavailable') return { NotConnected: [dist.schedulerUrl, 'enabled, auth not configured'] };
  try {
    const url = `${dist.schedulerUrl}api/v1/scheduler/status`;
    const reply = await http.request({ method: 'GET', url, timeoutMs, maxReply });
    if (reply.status === 200) {
      const { numServers, numCpus, inProgress } = schedulerStatusCodec.decode(reply.body);
      return { SchedulerStatus: [dist.schedulerUrl, { num_servers: numServers, num_cpus: numCpus, in_progress: inProgress }] };
    }
  } catch {
    // Refused, late or nonsense: for whoever asks it is all the same, and the scheduler's own log says more.
  }
  return { NotConnected: [dist.schedulerUrl, 'could not communicate with scheduler'] };
}
