// Knows: how the units are tried under a real systemd: a Debian of its own in a container (systemd-nspawn), this clone in it, and what must be
// true there. Refuses to know: what stands in the units (daemons/cli). Usage: node .ci/test-systemd.mjs   (root; some 5 minutes, longer the first time)
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { giveUp, onPath, prepare, root, say, systemTools } from './prepare.mjs';

const folder = join(root, '.cache/systemd');
const machine = join(folder, 'root');
const inside = '/opt/sccache-ts';
const dist = `${inside}/daemons/cli/bin/sccache-ts-dist`;
const client = `${inside}/daemons/cli/bin/sccache-ts`;
const packages = 'systemd,systemd-sysv,dbus,dbus-user-session,libpam-systemd,bubblewrap,gcc,libc6-dev,util-linux,iproute2,procps,libstdc++6';

if (process.getuid?.() !== 0) giveUp('skipped: everything under systemd: a container needs root');
systemTools([
  { tool: 'debootstrap', debian: 'debootstrap', needed: true, why: 'to make a Debian' },
  { tool: 'systemd-nspawn', debian: 'systemd-container', needed: true, why: 'to boot it' },
]);
prepare('build');
if (!onPath('systemd-nspawn')) giveUp('skipped: everything under systemd: there is no systemd-nspawn');

function makeMachine() {
  const made = join(folder, 'made');
  if (existsSync(made) && readFileSync(made, 'utf8') === packages) return;
  say('Making a Debian (once) …');
  rmSync(machine, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const { status } = spawnSync('debootstrap', ['--variant=minbase', `--include=${packages}`, 'bookworm', machine], { stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) giveUp('debootstrap could not make a Debian; its own message is above.');
  writeFileSync(made, packages);
}

/** As after the first boot: nothing of ours is there. */
function cleanMachine() {
  for (const path of ['etc/sccache-ts', 'var/cache/sccache-ts-server', 'var/lib/sccache-ts-server', 'var/lib/systemd/linger', 'var/log/journal', 'home/u']) rmSync(join(machine, path), { recursive: true, force: true });
  for (const daemon of ['scheduler', 'server']) {
    for (const unit of ['service', 'socket', 'service.d']) rmSync(join(machine, `etc/systemd/system/sccache-ts-${daemon}.${unit}`), { recursive: true, force: true });
    rmSync(join(machine, `etc/systemd/system/multi-user.target.wants/sccache-ts-${daemon}.service`), { force: true });
    rmSync(join(machine, `etc/systemd/system/sockets.target.wants/sccache-ts-${daemon}.socket`), { force: true });
  }
  copyFileSync(process.execPath, join(machine, 'usr/bin/node'));
  chmodSync(join(machine, 'usr/bin/node'), 0o755);
  mkdirSync(join(machine, inside), { recursive: true });
}

const environment = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/root', LANG: 'C.UTF-8', SYSTEMD_PAGER: '', SYSTEMD_COLORS: '0' };
let leader;
const enter = () => ['-t', leader, '-m', '-u', '-i', '-n', '-p', '-C', '--'];
const asUser = ['setpriv', '--reuid', '1000', '--regid', '1000', '--clear-groups', 'env', 'HOME=/home/u'];

/** Runs a shell script inside. @returns what it wrote, errors too */
function run(script, { mayFail = false, seconds = 120 } = {}) {
  const { status, stdout, stderr } = spawnSync('nsenter', [...enter(), 'sh', '-c', script], { encoding: 'utf8', env: environment, timeout: seconds * 1000, stdio: ['ignore', 'pipe', 'pipe'] });
  if (status !== 0 && !mayFail) throw new Error(`exit ${status} of: ${script}\n${stdout}${stderr}`);
  return `${stdout}${stderr}`.trim();
}

/** A shell script inside until it says so. */
async function until(script, pattern, seconds = 60) {
  let said = '';
  for (const end = Date.now() + seconds * 1000; Date.now() < end; await wait(500)) {
    said = run(script, { mayFail: true });
    if (pattern.test(said)) return said;
  }
  throw new Error(`not ${pattern} within ${seconds} s: ${script}\n${said}`);
}

function expect(said, pattern) {
  if (!pattern.test(said)) throw new Error(`not ${pattern}:\n${said}`);
}

/** What nspawn starts on the way is something else at first, and gone afterwards. */
function isSystemd(pid) {
  try {
    return pid !== '' && readFileSync(`/proc/${pid}/comm`, 'utf8') === 'systemd\n';
  } catch (thrown) {
    if (['ENOENT', 'ESRCH'].includes(thrown.code)) return false;
    throw thrown;
  }
}

async function boot() {
  const env = { ...process.env, SYSTEMD_NSPAWN_UNIFIED_HIERARCHY: '1', SYSTEMD_NSPAWN_API_VFS_WRITABLE: '1' };
  const options = ['--keep-unit', '--register=no', '--private-users=no', '--private-network', '--capability=all', '--console=pipe', `--machine=sccache-ts-${process.pid}`, `--bind-ro=${root}:${inside}`];
  const container = spawn('systemd-nspawn', ['-D', machine, ...options, '-b'], { env, stdio: ['ignore', 'ignore', 'inherit'] });
  const ended = new Promise((resolve) => container.on('exit', resolve));
  for (let round = 0; round < 100 && leader === undefined; round++, await wait(200)) {
    leader = readFileSync(`/proc/${container.pid}/task/${container.pid}/children`, 'utf8').trim().split(' ').find(isSystemd);
  }
  if (leader === undefined) throw new Error('the container has no first process');
  return { container, ended };
}

const settings = {
  'scheduler.conf': 'public_addr = "127.0.0.1:10600"\nlog_format = "json"\n[client_auth]\ntype = "token"\ntoken_file = "client-token"\n[server_auth]\ntype = "token"\ntoken_file = "server-token"\n',
  'server.conf': 'public_addr = "127.0.0.1:10501"\nscheduler_url = "http://127.0.0.1:10600"\ncache_dir = "/var/cache/sccache-ts-server"\njob_memory = "96M"\n[builder]\ntype = "overlay"\nbuild_dir = "/var/lib/sccache-ts-server/build"\n[scheduler_auth]\ntype = "token"\ntoken_file = "server-token"\n',
  'client-token': 'c\n',
  'server-token': 's\n',
};
const clients = '[dist]\nscheduler_url = "http://127.0.0.1:10600"\n[dist.auth]\ntype = "token"\ntoken = "c"\n';
const group = '/sys/fs/cgroup/system.slice/sccache-ts-server.service';

/** Compiles as an ordinary user, bare and through us. @returns what became of it */
function compile(name, source) {
  writeFileSync(join(machine, 'home/u', `${name}.c`), source);
  const script = `cd /home/u && gcc -O2 -c ${name}.c -o ${name}.bare.o && ${client} gcc -O2 -c ${name}.c -o ${name}.o && cmp ${name}.bare.o ${name}.o && ${client} --why-last`;
  return run(`${asUser.join(' ')} sh -c '${script}'`, { seconds: 300 });
}

async function compileAway(port = 10501) {
  let said = '';
  for (let round = 0; round < 20; round++, await wait(3000)) {
    said = compile(`f${round}`, `int f(int a) { return a * ${Date.now() % 1_000_000_007}; }\n`);
    if (said.includes(`away 127.0.0.1:${port}`)) return;
  }
  throw new Error(`no compile went away:\n${said}`);
}

const big = () => `#define A(x) x,x,x,x,x,x,x,x,x,x\nint big${Date.now()}[] = { A(A(A(A(A(A(1)))))), A(A(A(A(A(A(2)))))), A(A(A(A(A(A(3)))))) };\n`;
const slow = () => Array.from({ length: 400 }, (_, at) => `int g${at}(int *a, int n) { int s = ${Date.now() % 1e6}; for (int i = 0; i < n; i++) { s += a[i] * ${at}; a[i] ^= s >> ${at % 7}; for (int j = 0; j < i; j++) s -= a[j]; } return s; }\n`).join('');
const asks = "let bad = 0; for (let i = 0; i < 40; i++) { try { if ((await fetch('http://127.0.0.1:10600/healthz')).status !== 200) bad++; } catch { bad++; } await new Promise((r) => setTimeout(r, 50)); } console.log('refused', bad)";

/** A fleet of an ordinary user's, whose units are in that user's own systemd. */
const elsewhere = { 10600: '10700', 10501: '10701', '/var/cache/sccache-ts-server': '/home/u/fleet/cache', '/var/lib/sccache-ts-server': '/home/u/fleet' };
const settingsOfUser = Object.entries(settings).map(([name, text]) => [name, Object.entries(elsewhere).reduce((words, [from, to]) => words.replaceAll(from, to), text)]);
const runAsUser = (script, options) => run(`${asUser.join(' ')} XDG_RUNTIME_DIR=/run/user/1000 sh -c '${script}'`, options);

async function ownSystemd() {
  run('getent passwd u || useradd --uid 1000 --no-create-home --home-dir /home/u --shell /bin/sh u; mkdir -p -m 755 /home/u/fleet');
  for (const [name, text] of settingsOfUser) writeFileSync(join(machine, 'home/u/fleet', name), text, { mode: 0o600 });
  writeFileSync(join(machine, 'home/u/.config/sccache-ts/config'), clients.replace('10600', '10700'));
  run('chown -R 1000:1000 /home/u; loginctl enable-linger u');
  await until('systemctl is-active user@1000.service', /^active$/);
  runAsUser(`${client} --stop-server; cd /home/u/fleet && for daemon in scheduler server; do ${dist} systemd install $daemon --user --config $daemon.conf || exit; done`);
  runAsUser('systemctl --user daemon-reload && systemctl --user enable --now sccache-ts-scheduler sccache-ts-server');
  expect(runAsUser('systemctl --user is-active sccache-ts-scheduler sccache-ts-server'), /^active\nactive$/);
  await compileAway(10701);
  runAsUser('systemctl --user reload sccache-ts-server');
  await until('journalctl _UID=1000', /settings read again/);
  runAsUser('systemctl --user stop sccache-ts-server sccache-ts-scheduler', { seconds: 100 });
  expect(runAsUser('systemctl --user show -P Result sccache-ts-server sccache-ts-scheduler'), /^success\n+success$/);
}

const trials = [
  ['systemd boots', () => until('systemctl is-system-running', /^(running|degraded)$/, 120)],
  ['units are installed and start, the scheduler\'s by a socket', () => {
    run('mkdir -p -m 755 /etc/sccache-ts /home/u/.config/sccache-ts');
    for (const [name, text] of Object.entries(settings)) writeFileSync(join(machine, 'etc/sccache-ts', name), text, { mode: 0o600 });
    writeFileSync(join(machine, 'home/u/.config/sccache-ts/config'), clients);
    run('chown -R 1000:1000 /home/u');
    run(`${dist} systemd install scheduler --socket --config /etc/sccache-ts/scheduler.conf && ${dist} systemd install server --config /etc/sccache-ts/server.conf && systemctl daemon-reload`);
    run('systemctl enable --now sccache-ts-scheduler.socket sccache-ts-scheduler.service sccache-ts-server.service');
    expect(run('systemctl is-active sccache-ts-scheduler.socket sccache-ts-scheduler sccache-ts-server'), /^active\nactive\nactive$/);
    expect(run('grep flags /proc/$(systemctl show -P MainPID sccache-ts-scheduler)/fdinfo/3'), /flags:\s+0?2/);
  }],
  ['systemd-analyze finds nothing wrong', () => {
    expect(run('systemd-analyze verify --man=no /etc/systemd/system/sccache-ts-*.service /etc/systemd/system/sccache-ts-*.socket'), /^$/);
    say(run("systemd-analyze security --no-pager sccache-ts-scheduler | grep Overall; systemd-analyze security --no-pager sccache-ts-server | grep Overall"));
  }],
  ['a compile goes away and is the same', compileAway],
  ['reload is heard', async () => {
    run('systemctl reload sccache-ts-server');
    await until('journalctl -u sccache-ts-server', /settings read again/);
  }],
  ['a restart of the scheduler refuses nobody', () => {
    expect(run(`node --input-type=module -e "${asks}" & sleep 0.5; systemctl restart sccache-ts-scheduler; wait`), /refused 0/);
  }],
  ['the journal hears levels', async () => {
    run('systemctl stop sccache-ts-scheduler.socket sccache-ts-scheduler.service');
    await until('journalctl -u sccache-ts-server -p warning', /heartbeat/);
    run('systemctl start sccache-ts-scheduler');
    expect(run('journalctl -u sccache-ts-scheduler -o cat'), /^\{"time":.*"level":"info"/m);
  }],
  ['what is frozen is started anew', async () => {
    for (const unit of ['scheduler', 'server']) {
      run(`mkdir -p /run/systemd/system/sccache-ts-${unit}.service.d && printf '[Service]\\nWatchdogSec=6\\n' > /run/systemd/system/sccache-ts-${unit}.service.d/soon.conf && systemctl daemon-reload && systemctl restart sccache-ts-${unit}`);
      run(`kill -STOP $(systemctl show -P MainPID sccache-ts-${unit})`);
      await until(`systemctl show -P NRestarts -P ActiveState sccache-ts-${unit} | sort | tr '\\n' ' '`, /^1 active/);
      expect(run(`journalctl -u sccache-ts-${unit}`), /Watchdog timeout/);
    }
    await compileAway();
  }],
  ['memory is limited by a control group', async () => {
    if (!/\bmemory\b/.test(run(`cat ${group}/cgroup.controllers`))) return { skipped: 'memory is controlled by version 1 on this machine' };
    expect(run(`cat ${group}/cgroup.subtree_control`), /memory/);
    expect(compile('big', big()), /home[^]*job_memory/);
    expect(run(`ls ${group}`), /^(?![^]*job-)/);
  }],
  ['a stop lets a job finish', async () => {
    writeFileSync(join(machine, 'home/u/slow.c'), slow());
    const script = `cd /home/u && ${client} gcc -O2 -c slow.c -o slow.o && gcc -O2 -c slow.c -o slow.bare.o && cmp slow.bare.o slow.o && ${client} --why-last`;
    const child = spawn('nsenter', [...enter(), ...asUser, 'sh', '-c', script], { env: environment, stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    child.stdout.on('data', (chunk) => (said += chunk));
    const running = new Promise((resolve) => child.on('exit', () => resolve(said)));
    for (let round = 0; round < 400; round++, await wait(50)) if (run('ls /var/lib/sccache-ts-server/build/builds') !== '') break;
    run('systemctl stop sccache-ts-server', { seconds: 100 });
    expect(await running, /away 127\.0\.0\.1:10501/);
    expect(run('systemctl show -P Result -P ActiveState sccache-ts-server'), /success/);
  }],
  ['a user\'s own systemd does the same', ownSystemd],
];

makeMachine();
cleanMachine();
const { container, ended } = await boot();
try {
  for (const [what, trial] of trials) {
    const result = await trial();
    if (result?.skipped === undefined) say(`ok: ${what}`);
    else process.stderr.write(`skipped: ${what}: ${result.skipped}\n`);
  }
} catch (thrown) {
  process.exitCode = 1;
  process.stderr.write(`failed: ${thrown.message}\n`);
  if (leader !== undefined) process.stderr.write(`${run('journalctl -n 60 --no-pager', { mayFail: true })}\n`);
} finally {
  if (leader !== undefined) run('systemctl poweroff', { mayFail: true });
  if ((await Promise.race([ended, wait(30_000, 'late')])) === 'late') {
    if (leader !== undefined) process.kill(Number(leader), 'SIGKILL');
    container.kill('SIGKILL');
  }
}
