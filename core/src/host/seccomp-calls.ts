// Knows: which system calls no compiler needs, under which numbers, and what a job is told that tries one; which calls are
// looked at by their arguments. Refuses to know: how a filter is made of it (seccomp-program.ts). Pure.
//
// Everything else is allowed: compilers, their plugins and the C library under them are many. What is not known at all is
// answered as an old kernel would, which every program must be able to bear.

export type SeccompMachine = 'x64' | 'ia32' | 'arm64';

/** Numbers on x86-64, on i386, and on machines with the generic table such as arm64; undefined where there is no such call. */
type Numbers = readonly [x64: number | undefined, ia32: number | undefined, arm64: number | undefined];

const none = undefined;

/** Answered with "not permitted". */
export const forbidden: Readonly<Record<string, Numbers>> = {
  mount: [165, 21, 40],
  umount: [none, 22, none],
  umount2: [166, 52, 39],
  pivot_root: [155, 217, 41],
  chroot: [161, 61, 51],
  move_mount: [429, 429, 429],
  open_tree: [428, 428, 428],
  open_tree_attr: [467, 467, 467],
  fsopen: [430, 430, 430],
  fsconfig: [431, 431, 431],
  fsmount: [432, 432, 432],
  fspick: [433, 433, 433],
  mount_setattr: [442, 442, 442],
  statmount: [457, 457, 457],
  listmount: [458, 458, 458],
  swapon: [167, 87, 224],
  swapoff: [168, 115, 225],
  reboot: [169, 88, 142],
  kexec_load: [246, 283, 104],
  kexec_file_load: [320, none, 294],
  create_module: [174, 127, none],
  init_module: [175, 128, 105],
  finit_module: [313, 350, 273],
  delete_module: [176, 129, 106],
  query_module: [178, 167, none],
  get_kernel_syms: [177, 130, none],
  acct: [163, 51, 89],
  settimeofday: [164, 79, 170],
  stime: [none, 25, none],
  clock_settime: [227, 264, 112],
  clock_settime64: [none, 404, none],
  clock_adjtime: [305, 343, 266],
  clock_adjtime64: [none, 405, none],
  adjtimex: [159, 124, 171],
  sethostname: [170, 74, 161],
  setdomainname: [171, 121, 162],
  iopl: [172, 110, none],
  ioperm: [173, 101, none],
  modify_ldt: [154, 123, none],
  vm86: [none, 166, none],
  vm86old: [none, 113, none],
  ptrace: [101, 26, 117],
  process_vm_readv: [310, 347, 270],
  process_vm_writev: [311, 348, 271],
  process_madvise: [440, 440, 440],
  process_mrelease: [448, 448, 448],
  pidfd_getfd: [438, 438, 438],
  kcmp: [312, 349, 272],
  perf_event_open: [298, 336, 241],
  bpf: [321, 357, 280],
  userfaultfd: [323, 374, 282],
  keyctl: [250, 288, 219],
  add_key: [248, 286, 217],
  request_key: [249, 287, 218],
  unshare: [272, 310, 97],
  setns: [308, 346, 268],
  quotactl: [179, 131, 60],
  quotactl_fd: [443, 443, 443],
  nfsservctl: [180, 169, 42],
  open_by_handle_at: [304, 342, 265],
  name_to_handle_at: [303, 341, 264],
  fanotify_init: [300, 338, 262],
  fanotify_mark: [301, 339, 263],
  syslog: [103, 103, 116],
  vhangup: [153, 111, 58],
  lookup_dcookie: [212, 253, 18],
  move_pages: [279, 317, 239],
  migrate_pages: [256, 294, 238],
  uselib: [134, 86, none],
  ustat: [136, 62, none],
  sysfs: [139, 135, none],
  _sysctl: [156, 149, none],
};

/**
 * Answered with "no such call", on which libraries do without: what has an older form whose arguments can be looked at
 * (clone3, openat2, ipc, socketcall), memory that no process owns, and what is of use to servers only.
 */
export const absent: Readonly<Record<string, Numbers>> = {
  clone3: [435, 435, 435],
  openat2: [437, 437, 437],
  io_uring_setup: [425, 425, 425],
  io_uring_enter: [426, 426, 426],
  io_uring_register: [427, 427, 427],
  memfd_create: [319, 356, 279],
  memfd_secret: [447, 447, 447],
  shmget: [29, 395, 194],
  msgget: [68, 399, 186],
  mq_open: [240, 277, 180],
  ipc: [none, 117, none],
  socketcall: [none, 102, none],
};

/** What is asked of an argument, of which the lower 32 bits count. */
export interface ArgumentTest {
  readonly argument: number;
  /** True of the argument: any of these bits set, or this very value. */
  readonly when: { readonly anyBit: number } | { readonly equals: number } | { readonly differsFrom: number };
}

/** A call that is refused when all the tests are true of it. */
export interface Examined {
  readonly numbers: Numbers;
  readonly tests: readonly ArgumentTest[];
  readonly errno: 'EPERM' | 'EAFNOSUPPORT';
}

const newNamespaces = 0x7e02_0080;
const setIdBits = 0o6000;
/** O_CREAT; and O_TMPFILE without O_DIRECTORY, which is part of it and whose value machines do not share. */
const creates = 0o100 | 0o20000000;
const unixFamily = 1;
const pushIntoTerminal = 0x5412;
const linuxConsole = 0x541c;

const modeIn = (argument: number, numbers: Numbers): Examined => ({ numbers, tests: [{ argument, when: { anyBit: setIdBits } }], errno: 'EPERM' });
const openIn = (flags: number, numbers: Numbers): Examined => ({
  numbers, tests: [{ argument: flags, when: { anyBit: creates } }, { argument: flags + 1, when: { anyBit: setIdBits } }], errno: 'EPERM',
});
const ioctl: Numbers = [16, 54, 29];

export const examined: Readonly<Record<string, readonly Examined[]>> = {
  clone: [{ numbers: [56, 120, 220], tests: [{ argument: 0, when: { anyBit: newNamespaces } }], errno: 'EPERM' }],
  socket: [{ numbers: [41, 359, 198], tests: [{ argument: 0, when: { differsFrom: unixFamily } }], errno: 'EAFNOSUPPORT' }],
  chmod: [modeIn(1, [90, 15, none])],
  fchmod: [modeIn(1, [91, 94, 52])],
  fchmodat: [modeIn(2, [268, 306, 53])],
  fchmodat2: [modeIn(2, [452, 452, 452])],
  creat: [modeIn(1, [85, 8, none])],
  mknod: [modeIn(1, [133, 14, none])],
  mknodat: [modeIn(2, [259, 297, 33])],
  open: [openIn(1, [2, 5, none])],
  openat: [openIn(2, [257, 295, 56])],
  ioctl: [
    { numbers: ioctl, tests: [{ argument: 1, when: { equals: pushIntoTerminal } }], errno: 'EPERM' },
    { numbers: ioctl, tests: [{ argument: 1, when: { equals: linuxConsole } }], errno: 'EPERM' },
  ],
};

/** Calls above are not known here, and so not there for a job. */
export const newestCall = 467;

const at: Readonly<Record<SeccompMachine, 0 | 1 | 2>> = { x64: 0, ia32: 1, arm64: 2 };
export const numberOn = (machine: SeccompMachine, numbers: Numbers): number | undefined => numbers[at[machine]];
