// Knows: where units go, and what of this machine stands in them. Refuses to know: the words of a unit.
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decodeBuilderSettings } from '@sccache-ts/builder';
import { Fault, formatSocketAddress, type SocketAddress } from '@sccache-ts/core/base';
import { hasNativeAddon, homeFolder, makeFolders, readWhole, writeAtomically } from '@sccache-ts/core/host';
import { decodeSchedulerSettings, type SchedulerSettings } from '@sccache-ts/scheduler';
import { type ExitCode, orComplain } from './complain.js';
import { loadSettings, loadWithFiles } from './settings.js';
import { socketText, unitMark, unitName, unitText, type UnitFacts } from './systemd-unit.js';

export interface SystemdOptions {
  readonly daemon: UnitFacts['daemon'];
  readonly config: string;
  readonly user?: boolean;
  readonly print?: boolean;
  readonly force?: boolean;
  readonly unitDir?: string;
  /** Have systemd listen for it. */
  readonly socket?: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
}

const script = fileURLToPath(new URL('../../bin/sccache-ts-dist.js', import.meta.url));

/** Ports that not every user may listen on. */
const privileged = 1024;

const given = (addresses: readonly (SocketAddress | undefined)[]): readonly SocketAddress[] => addresses.filter((address) => address !== undefined);
const listenersOf = ({ publicAddr, tls, metricsAddr }: SchedulerSettings): readonly SocketAddress[] => given([publicAddr, tls?.addr, metricsAddr]);

/** Settings that cannot be used shall be known now, not when the machine starts the next time. */
async function factsOf({ daemon, config, user = false, socket = false }: SystemdOptions): Promise<UnitFacts> {
  const common = { daemon, user, node: process.execPath, script, config: resolve(config), addon: hasNativeAddon() };
  const sockets = (addresses: readonly SocketAddress[]): readonly string[] => (socket ? addresses.map(formatSocketAddress) : []);
  if (daemon === 'scheduler') {
    const { settings, files } = await loadWithFiles(config, decodeSchedulerSettings);
    const secrets = settings.tls?.kind === 'files' ? [...files, settings.tls.certificate, settings.tls.key] : files;
    const listeners = listenersOf(settings);
    const lowPort = !socket && listeners.some(({ port }) => port < privileged);
    return { ...common, writes: [], secrets, lowPort, sockets: sockets(listeners), drainSeconds: settings.drainSeconds };
  }
  const { cacheDir, buildDir, bindAddress, metricsAddr, drainSeconds } = await loadSettings(config, decodeBuilderSettings);
  return { ...common, writes: [cacheDir, buildDir], secrets: [], lowPort: false, sockets: sockets(given([bindAddress, metricsAddr])), drainSeconds };
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

interface Unit {
  readonly name: string;
  readonly text: string;
}

/** In the order in which they are started. */
function unitsOf(facts: UnitFacts): readonly Unit[] {
  const service = { name: unitName(facts.daemon), text: unitText(facts) };
  return facts.sockets.length === 0 ? [service] : [{ name: unitName(facts.daemon, 'socket'), text: socketText(facts) }, service];
}

async function put(options: SystemdOptions, facts: UnitFacts): Promise<void> {
  const folder = folderOf(options);
  const units = unitsOf(facts).map((unit) => ({ ...unit, path: join(folder, unit.name) }));
  const ctl = facts.user ? 'systemctl --user' : 'systemctl';
  for (const { path } of units) {
    if (options.force !== true && readWhole(path)?.toString().startsWith(unitMark) === false) {
      throw new Fault('USAGE', `${path} is there already and was not written by this command`, { hint: 'Use --force to overwrite it, or --print to compare.' });
    }
  }
  for (const { path, text } of units) {
    try {
      await makeFolders(folder);
      await writeAtomically(path, text, 0o644);
    } catch (cause) {
      throw new Fault('NOT_ROOT', `${path} cannot be written`, { cause, hint: 'Run this as root, or with --user for your own systemd.' });
    }
  }
  const socket = join(folder, unitName(facts.daemon, 'socket'));
  if (facts.sockets.length === 0 && readWhole(socket) !== undefined) console.error(`warning: ${socket} is there from before and still has systemd listen. Remove it (${ctl} disable --now, then rm), or use --socket.`);
  console.log(`Wrote ${units.map(({ path }) => path).join(' and ')}. To start it now and with the machine:`);
  console.log(`    ${ctl} daemon-reload && ${ctl} enable --now ${units.map(({ name }) => name).join(' ')}`);
  if (facts.user) console.log('    loginctl enable-linger        # so that it runs while you are not logged in');
}

/** 1 when the settings cannot be used, 2 when the unit cannot be written. */
export async function systemdInstall(options: SystemdOptions): Promise<ExitCode> {
  const facts = await orComplain(() => factsOf(options));
  if (facts === undefined) return 1;
  for (const warning of warnings(facts)) console.error(`warning: ${warning}`);
  if (options.print === true) {
    console.log(unitsOf(facts).map(({ text }) => text.trimEnd()).join('\n\n'));
    return 0;
  }
  return (await orComplain(async () => (await put(options, facts), true))) === undefined ? 2 : 0;
}
