// Knows: the units by which systemd runs the daemons, and how words are written in a unit. Refuses to know: files, and where anything is.
import { posix } from 'node:path';

export interface UnitFacts {
  readonly daemon: 'scheduler' | 'server';
  /** By the user's own systemd, which can protect less. */
  readonly user: boolean;
  /** Absolute paths, as are all here. */
  readonly node: string;
  readonly script: string;
  readonly config: string;
  /** Folders that it writes to. */
  readonly writes: readonly string[];
  /** Files that the scheduler's settings name. */
  readonly secrets: readonly string[];
  /** Whether the scheduler listens where only some may. */
  readonly lowPort: boolean;
  /** Addresses at which systemd listens for it; empty: it does so itself. */
  readonly sockets: readonly string[];
  readonly drainSeconds: number;
  /** Whether the daemon tells systemd of itself without help; else by the program systemd-notify. */
  readonly addon: boolean;
}

export const unitName = (daemon: UnitFacts['daemon'], kind: 'service' | 'socket' = 'service'): string => `sccache-ts-${daemon}.${kind}`;

/** By which a unit is known to be this command's to overwrite. */
export const unitMark = '# Written by `sccache-ts-dist systemd install`';

/** One word of a command line: specifiers, variables and quotes mean nothing in it. */
export function unitWord(word: string): string {
  const escaped = word.replace(/[\\"]/g, '\\$&').replaceAll('%', '%%').replaceAll('$', '$$$$');
  return /^[\w@+=:,./%$-]+$/.test(escaped) ? escaped : `"${escaped}"`;
}

/** A path in a list of paths. */
export const unitPath = (path: string): string => {
  const escaped = path.replace(/[\\"]/g, '\\$&').replaceAll('%', '%%');
  return /\s/.test(escaped) ? `"${escaped}"` : escaped;
};

const isHome = (path: string): boolean => /^\/(?:home|root|run\/user)(?:\/|$)/.test(path);

/** What both may lose everywhere; V8 makes code while it runs, so MemoryDenyWriteExecute is not among it. */
const always = ['NoNewPrivileges=yes', 'RestrictRealtime=yes', 'LockPersonality=yes'];

const schedulerHardening = [
  'ProtectSystem=strict',
  'PrivateTmp=yes',
  'PrivateDevices=yes',
  'ProtectClock=yes',
  'ProtectControlGroups=yes',
  'ProtectHostname=yes',
  'ProtectKernelLogs=yes',
  'ProtectKernelModules=yes',
  'ProtectKernelTunables=yes',
  'ProtectProc=invisible',
  'RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX',
  'RestrictNamespaces=yes',
  'RestrictSUIDSGID=yes',
  // V8 guards the code that it makes by memory protection keys. What a newer node may ask for besides is answered as by an older kernel, not by death.
  'SystemCallArchitectures=native',
  'SystemCallFilter=@system-service pkey_alloc pkey_free pkey_mprotect',
  'SystemCallErrorNumber=ENOSYS',
  'UMask=0077',
];

/** What mounts, namespaces, users of jobs, their limits and a look at them take as root. */
const serverCapabilities = [
  'CHOWN', 'DAC_OVERRIDE', 'DAC_READ_SEARCH', 'FOWNER', 'FSETID', 'KILL', 'MKNOD', 'NET_ADMIN', 'SETFCAP', 'SETGID', 'SETPCAP', 'SETUID', 'SYS_ADMIN', 'SYS_CHROOT', 'SYS_NICE', 'SYS_PTRACE',
  'SYS_RESOURCE',
];

/**
 * A build server mounts and makes namespaces for its jobs, so it stays root. Left out is what would reach into the sandboxes: ProtectKernelTunables,
 * ProtectKernelLogs and ProtectProc cover parts of /proc, and then the kernel mounts no /proc inside; ProtectHostname forbids them a name of their own;
 * SystemCallArchitectures ends compilers of 32 bits.
 */
const serverHardening = [
  'ProtectSystem=strict',
  'PrivateTmp=yes',
  'PrivateDevices=yes',
  'ProtectClock=yes',
  'ProtectKernelModules=yes',
  'RestrictAddressFamilies=AF_INET AF_INET6 AF_NETLINK AF_UNIX',
  'RestrictSUIDSGID=yes',
  'SystemCallFilter=~@clock @cpu-emulation @debug @module @obsolete @raw-io @reboot @swap',
  'SystemCallErrorNumber=EPERM',
  'UMask=0022',
];

/** Folders below /var are made by systemd; others must be there. */
function folders(writes: readonly string[]): readonly string[] {
  const below = (root: string, name: string): readonly string[] => {
    const inside = writes.filter((path) => path.startsWith(root)).map((path) => path.slice(root.length));
    return inside.length === 0 ? [] : [`${name}=${inside.map(unitPath).join(' ')}`, `${name}Mode=0700`];
  };
  const others = writes.filter((path) => !path.startsWith('/var/cache/') && !path.startsWith('/var/lib/'));
  return [...below('/var/cache/', 'CacheDirectory'), ...below('/var/lib/', 'StateDirectory'), ...others.map((path) => `ReadWritePaths=${unitPath(path)}`)];
}

function protection(facts: UnitFacts): readonly string[] {
  if (facts.user) return [...always, 'UMask=0077'];
  const home = [facts.node, facts.script, facts.config, ...facts.writes].some(isHome) ? 'read-only' : 'yes';
  const bind = facts.lowPort ? 'CAP_NET_BIND_SERVICE' : '';
  const schedulers = [`CapabilityBoundingSet=${bind}`, ...(facts.lowPort ? [`AmbientCapabilities=${bind}`] : []), ...schedulerHardening];
  const own = facts.daemon === 'scheduler' ? schedulers : [`CapabilityBoundingSet=${serverCapabilities.map((name) => `CAP_${name}`).join(' ')}`, ...serverHardening];
  return [...always, `ProtectHome=${home}`, ...own];
}

/** What lies beside the settings, under its own name, so that settings name it without a folder. */
function credentials({ config, secrets }: UnitFacts): readonly string[] {
  const beside = secrets.filter((path) => posix.dirname(path) === posix.dirname(config));
  const named = [['scheduler.conf', config], ...beside.map((path) => [posix.basename(path), path])];
  return named.map(([name = '', path = '']) => `LoadCredential=${name}:${path.replaceAll('%', '%%')}`);
}

function schedulerService(facts: UnitFacts): readonly string[] {
  const { user, drainSeconds } = facts;
  const common = ['Environment=SCCACHE_NO_DAEMON=1 SCCACHE_LOG=info', `TimeoutStopSec=${drainSeconds + 10}`, 'LimitNOFILE=16384'];
  if (user) return [...common, 'ExecReload=/bin/kill -HUP $MAINPID'];
  // A user that exists only while the scheduler runs; systemd hands it a copy of the settings, which only root needs to read. Changed settings need a restart.
  return [...common, 'DynamicUser=yes', ...credentials(facts)];
}

function serverService({ user, drainSeconds, writes }: UnitFacts): readonly string[] {
  return [
    'Environment=SCCACHE_LOG=info',
    'ExecReload=/bin/kill -HUP $MAINPID',
    '# The server ends its jobs itself; what is left after that is killed with the unit.',
    'KillMode=mixed',
    `TimeoutStopSec=${drainSeconds + 15}`,
    'LimitNOFILE=65536',
    '# Compilers are greedy. When memory runs out it shall be one of them that dies, not the server: its client compiles at home.',
    'OOMPolicy=continue',
    ...(user ? [] : ['OOMScoreAdjust=-100', 'Delegate=cpu memory pids', ...folders(writes)]),
    'Nice=5',
  ];
}

/** The unit of the sockets. An address may come up later than they do. */
export function socketText({ daemon, user, sockets }: UnitFacts): string {
  return [
    unitMark,
    '[Unit]',
    `Description=${sentences[daemon]}, its sockets`,
    '',
    '[Socket]',
    ...sockets.map((address) => `ListenStream=${address}`),
    ...(user ? [] : ['FreeBind=yes']),
    '',
    '[Install]',
    'WantedBy=sockets.target',
    '',
  ].join('\n');
}

const sentences = { scheduler: 'sccache-ts scheduler', server: 'sccache-ts build server' } as const;

/** The whole unit. */
export function unitText(facts: UnitFacts): string {
  const { daemon, user, node, script, config, addon, sockets } = facts;
  const settings = daemon === 'scheduler' && !user ? '${CREDENTIALS_DIRECTORY}/scheduler.conf' : unitWord(config);
  const socket = sockets.length === 0 ? undefined : unitName(daemon, 'socket');
  return [
    unitMark,
    '[Unit]',
    `Description=${sentences[daemon]}`,
    ...(socket === undefined ? [] : [`Requires=${socket}`, `After=${socket}`]),
    ...(user ? [] : ['After=network-online.target', 'Wants=network-online.target']),
    '',
    '[Service]',
    '# Ready when it listens; restarted when its event loop stands still.',
    'Type=notify',
    `SyslogIdentifier=${unitName(daemon).replace('.service', '')}`,
    `NotifyAccess=${addon ? 'main' : 'all'}`,
    'WatchdogSec=60',
    `ExecStart=${unitWord(node)} ${unitWord(script)} ${daemon} --config ${settings}`,
    ...(daemon === 'scheduler' ? schedulerService(facts) : serverService(facts)),
    'Restart=on-failure',
    'RestartSec=2',
    '# Exit code 1: settings that cannot be used. Trying again does not mend them.',
    'RestartPreventExitStatus=1',
    '',
    ...protection(facts),
    '',
    '[Install]',
    `WantedBy=${user ? 'default' : 'multi-user'}.target`,
    ...(socket === undefined ? [] : [`Also=${socket}`]),
    '',
  ].join('\n');
}
