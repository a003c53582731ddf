// Knows: the parts of a build server, for its endpoints. Refuses to know: how they are put together (run.ts).
import type { Log } from '@sccache-ts/core/base';
import type { PerformLimits } from '@sccache-ts/core/engine';
import type { JobFolders, Sandbox, ToolchainCache, UnpackedToolchains } from '@sccache-ts/core/host';
import type { BuilderFigures } from './figures.js';
import type { JobTable } from './job-table.js';
import type { SchedulerLink } from './scheduler-link.js';
import type { BuilderSettings } from './settings.js';
import type { Slots } from './slots.js';
import type { Work } from './work.js';

export interface Builder {
  readonly settings: BuilderSettings;
  /** Signs this server's job tokens. Secret. */
  readonly jobKey: Uint8Array;
  readonly jobs: JobTable;
  readonly slots: Slots;
  readonly cache: ToolchainCache;
  readonly toolchains: UnpackedToolchains;
  readonly sandbox: Sandbox;
  /** Of one job that begins now. */
  limits(): PerformLimits;
  readonly link: SchedulerLink;
  readonly work: Work;
  readonly figures: BuilderFigures;
  readonly log: Log;
  readonly folders: JobFolders;
  /** Not awaited by a reply, but by the server's end; a failure is logged under that name. */
  inBackground(what: string, work: Promise<void>): void;
}
