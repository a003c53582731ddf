// Knows: how systemd hears of a daemon: ready, reloading, stopping, alive (sd_notify(3)). Refuses to know: what the daemon does.
import { nativeAddon } from './native-addon.js';
import { runProcess } from './processes.js';

export interface ServiceManager {
  /** One line for people, e.g. `3 jobs`. */
  status(line: string): void;
  ready(line: string): void;
  reloading(): void;
  /** @param withinMs how long the end may take */
  stopping(line: string, withinMs: number): void;
  /** No more signs of life. */
  close(): void;
}

type Environment = Readonly<Record<string, string | undefined>>;

export interface ServiceManagerOptions {
  /** Told once when the manager cannot be reached. */
  readonly lost: (why: string) => void;
  /** Tells by the program systemd-notify instead of the addon. */
  readonly native?: boolean;
}

const programMs = 5_000;

const silent: ServiceManager = { status: () => undefined, ready: () => undefined, reloading: () => undefined, stopping: () => undefined, close: () => undefined };

/** Sends one message, in the order in which they are given. */
function createTeller(address: string, env: Environment, options: ServiceManagerOptions): (text: string) => void {
  let heard = true;
  const lose = (why: string): void => {
    if (heard) options.lost(why);
    heard = false;
  };
  const addon = options.native === false ? undefined : nativeAddon();
  if (addon !== undefined) {
    return (text) => {
      const error = addon.tellManager(address, text);
      if (error !== 0) lose(`the service manager at ${address} cannot be told anything: error ${error}`);
    };
  }
  // The program is a process of its own, so a unit without the addon needs NotifyAccess=all.
  let last: Promise<unknown> = Promise.resolve();
  return (text) => {
    last = last
      .then(() => runProcess('systemd-notify', ['--no-block', `--pid=${process.pid}`, ...text.split('\n')], { env: { NOTIFY_SOCKET: address, PATH: env['PATH'] ?? '' }, timeoutMs: programMs }))
      .then(({ code, stderr }) => {
        if (code !== 0) lose(`systemd-notify exits ${code}: ${stderr.toString().trim()}`);
      })
      .catch((thrown: unknown) => lose(String(thrown)));
  };
}

const microseconds = (): bigint => process.hrtime.bigint() / 1000n;
const oneLine = (text: string): string => text.replace(/[\u0000-\u001f\u007f]+/g, ' ');

/** Signs of life come from a timer of the event loop: a daemon that hangs is restarted. */
function keepAlive(env: Environment, tell: (text: string) => void): NodeJS.Timeout | undefined {
  const patience = Number(env['WATCHDOG_USEC'] ?? '0') / 1000;
  const other = env['WATCHDOG_PID'] !== undefined && env['WATCHDOG_PID'] !== String(process.pid);
  if (!(patience > 0) || other) return undefined;
  return setInterval(() => tell('WATCHDOG=1'), Math.max(10, patience / 3)).unref();
}

/** Says nothing where the daemon was not started by one (`NOTIFY_SOCKET`). Never throws. */
export function openServiceManager(env: Environment, options: ServiceManagerOptions): ServiceManager {
  const address = env['NOTIFY_SOCKET'];
  if (address === undefined || !/^[@/]/.test(address)) return silent;
  const tell = createTeller(address, env, options);
  const alive = keepAlive(env, tell);
  const status = (line: string): string => `STATUS=${oneLine(line)}`;
  return {
    status: (line) => tell(status(line)),
    ready: (line) => tell(`READY=1\n${status(line)}`),
    reloading: () => tell(`RELOADING=1\nMONOTONIC_USEC=${microseconds()}`),
    stopping: (line, withinMs) => tell(`STOPPING=1\nEXTEND_TIMEOUT_USEC=${Math.ceil(withinMs * 1000)}\n${status(line)}`),
    close: () => clearInterval(alive),
  };
}
