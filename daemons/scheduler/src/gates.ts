// Knows: who is let in by one state of the settings: clients, build servers, and those that join. Refuses to know: when the settings change (run.ts).
import type { Fleet } from '@sccache-ts/core/scheduling';
import { deriveKeys } from '@sccache-ts/core/wire';
import { serverGate, type ServerGate } from './admission.js';
import { clientGate, type ClientGate } from './client-admission.js';
import type { FailedLogins } from './failed-logins.js';
import { createMembers, type Members } from './members.js';
import type { SchedulerPorts } from './ports.js';
import type { SchedulerSettings } from './settings.js';

export interface Gates {
  readonly clients: ClientGate;
  readonly servers: ServerGate;
  /** Undefined: this scheduler has no key from which memberships could be made. */
  readonly members: Members | undefined;
}

export interface GatePorts extends SchedulerPorts {
  readonly fleet: Fleet;
  readonly failedLogins: FailedLogins;
}

export function createGates({ clientAuth, serverAuth, revokedServers: revoked = [] }: SchedulerSettings, ports: GatePorts): Gates {
  const { fleet, failedLogins, clock } = ports;
  const members = serverAuth.kind === 'jwt_hs256' ? createMembers({ keys: deriveKeys(serverAuth.secretKey), revoked, clock, fleet }) : undefined;
  return { clients: clientGate(clientAuth, ports), servers: serverGate(serverAuth, { failedLogins, members }), members };
}
