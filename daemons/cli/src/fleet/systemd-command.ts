// Knows: where units go, and what of this machine stands in them. Refuses to know: the words of a unit.
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decodeBuilderSettings } from '@sccache-ts/builder';
import { Fault } from '@sccache-ts/core/base';
import { hasNativeAddon, homeFolder, makeFolders, readWhole, writeAtomically } from '@sccache-ts/core/host';
import { decodeSchedulerSettings, type SchedulerSettings } from '@sccache-ts/scheduler';
import { type ExitCode, orComplain } from './complain.js';
import { loadSettings, loadWithFiles } from './settings.js';
import { unitMark, unitName, unitText, type UnitFacts } from './systemd-unit.js';

export interface SystemdOptions {
  readonly daemon: UnitFacts['daemon'];
  readonly config: string;
  readonly user?: boolean;
  readonly print?: boolean;
  readonly force?: boolean;
  readonly unitDir?: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

const script = fileURLToPath(new URL('../../bin/sccache-ts-dist.js', import.meta.url));

/** Ports that not every user may listen on. */
const privileged = 1024;

function portsOf({ publicAddr, tls, metricsAddr }: SchedulerSettings): readonly number[] {
  return [publicAddr, tls?.addr, metricsAddr].flatMap((address) => (address === undefined ? [] : [address.port]));
}

/** Settings that cannot be used shall be known now, not when the machine starts the next time. */
async function factsOf({ daemon, config, user = false }: SystemdOptions): Promise<UnitFacts> {
  const common = { daemon, user, node: process.execPath, script, config: resolve(config), addon: hasNativeAddon() };
  if (daemon === 'scheduler') {
    const { settings, files } = await loadWithFiles(config, decodeSchedulerSettings);
    const secrets = settings.tls?.kind === 'files' ? [...files, settings.tls.certificate, settings.tls.key] : files;
    return { ...common, writes: [], secrets, lowPort: portsOf(settings).some((port) => port < privileged), drainSeconds: settings.drainSeconds };
  }
  const { cacheDir, buildDir, drainSeconds } = await loadSettings(config, decodeBuilderSettings);
  return { ...common, writes: [cacheDir, buildDir], secrets: [], lowPort: false, drainSeconds };
}

function folderOf({ user, unitDir, env }: SystemdOptions): string {
  if (unitDir !== undefined) return resolve(unitDir);
  if (user !== true) return '/etc/systemd/system';
  const config = env['XDG_CONFIG_HOME'];
  return join(config === undefined || config === '' ? join(homeFolder(), '.config') : config, 'systemd/user');
}

/** What an operator should know before it fails. */
function warnings(facts: UnitFacts): readonly string[] {
  const told: string[] = [];
  const hidden = [facts.node, facts.script].find((path) => /^\/(?:root|home)\//.test(path));
  if (facts.daemon === 'scheduler' && !facts.user && hidden !== undefined) {
    told.push(`${hidden} lies in a home folder: the unit's own user may not be let in there. Better install node and sccache-ts for the whole machine.`);
  }
  const apart = facts.user ? undefined : facts.secrets.find((path) => dirname(path) !== dirname(facts.config));
  if (apart !== undefined) told.push(`${apart}: the unit's own user must be able to read it. Better put it beside the settings and name it there without a folder: then systemd hands it over.`);
  const temporary = facts.user ? undefined : facts.writes.find((path) => /^\/(?:var\/)?tmp\//.test(path));
  if (temporary !== undefined) told.push(`${temporary}: the unit has a /tmp of its own, which is empty at every start. Better use folders below /var.`);
  return told;
}

async function put(options: SystemdOptions, facts: UnitFacts): Promise<void> {
  const folder = folderOf(options);
  const path = join(folder, unitName(facts.daemon));
  const ctl = facts.user ? 'systemctl --user' : 'systemctl';
  if (options.force !== true && readWhole(path)?.toString().startsWith(unitMark) === false) {
    throw new Fault('USAGE', `${path} is there already and was not written by this command`, { hint: 'Use --force to overwrite it, or --print to compare.' });
  }
  try {
    await makeFolders(folder);
    await writeAtomically(path, unitText(facts), 0o644);
  } catch (cause) {
    throw new Fault('NOT_ROOT', `${path} cannot be written`, { cause, hint: 'Run this as root, or with --user for your own systemd.' });
  }
  console.log(`Wrote ${path}. To start it now and with the machine:`);
  console.log(`    ${ctl} daemon-reload && ${ctl} enable --now ${unitName(facts.daemon)}`);
  if (facts.user) console.log('    loginctl enable-linger        # so that it runs while you are not logged in');
}

/** 1 when the settings cannot be used, 2 when the unit cannot be written. */
export async function systemdInstall(options: SystemdOptions): Promise<ExitCode> {
  const facts = await orComplain(() => factsOf(options));
  if (facts === undefined) return 1;
  for (const warning of warnings(facts)) console.error(`warning: ${warning}`);
  if (options.print === true) {
    console.log(unitText(facts).trimEnd());
    return 0;
  }
  return (await orComplain(async () => (await put(options, facts), true))) === undefined ? 2 : 0;
}
