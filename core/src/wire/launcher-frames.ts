// Knows: what launcher and daemon say to each other. Refuses to know: sockets, processes, and what a compile is.
//
//   frame    := u32 length (LE, of all that follows, 1..64 MiB), u8 kind, body
//   text     := u32 length (LE), that many bytes of UTF-8
//   texts    := u32 count (LE), text*
//   greeting := u32 protocol, text build                     frozen: every version can read it
//
//   launcher -> daemon
//   0x00 knock    text secret                                first frame where the socket cannot tell users apart
//   0x01 compile  greeting, text cwd, u64 device, u64 inode, u32 umask, u8 colour, text compiler, texts args,
//                 texts env (NAME, value, NAME, value, …)
//   0x02 command  greeting, text name, text json
//   0x03 stdout   bytes to the end of the frame               of the running child
//   0x04 stderr   bytes to the end of the frame
//   0x05 ran      u8 how (0 exited, 1 killed, 2 not started), u32 code | signal | errno, u64 wall microseconds
//
//   daemon -> launcher
//   0x80 open     text secret                                the daemon's answer to knock
//   0x81 become   whatever else stands in it is ignored      frozen: be the compiler, now
//   0x82 run      u8 how (0 helper, 1 final, 2 live), text program, texts args         answered by stdout*, stderr*, ran
//   0x83 print    u8 fd (1 | 2), bytes to the end of the frame
//   0x84 exit     u8 code                                    the last frame
//   0x85 die      u8 signal                                  the last frame: end by this signal
//   0x86 wait     nothing                                    still working
//   0x87 reply    text json                                  to a command
//   0x88 land     text source, u64 device, u64 inode, u64 size, u64 mtime ns, u64 ctime ns,
//                 u32 count, (text place, u64 offset, u64 length, u8 flags)*
//                 flags: 1 executable, 2 written into when it is there
//                 at most once, before exit or die, while no child runs; carried out when the last frame has come
//
// core/native/frames.cc is the same in C++; fixtures/launcher-frames/vectors.txt is the treaty between the two.
import type { EnvPairs, FileState } from '../base/index.js';

/** Raised by every change of the grammar that is not frozen. */
export const launcherProtocol = 3;

/** Bytes that a frame may have behind its length. */
export const maxFrameLength = 64 * 1024 * 1024;

export interface CompileFrame {
  readonly kind: 'compile';
  /** The version of the launcher's package. */
  readonly build: string;
  readonly cwd: string;
  /** What the launcher sees at `cwd`; a daemon in another mount namespace sees something else. */
  readonly cwdDevice: bigint;
  readonly cwdInode: bigint;
  readonly umask: number;
  /** Standard error is a terminal that shows colours. */
  readonly colour: boolean;
  /** Absolute. */
  readonly compiler: string;
  readonly args: readonly string[];
  readonly env: EnvPairs;
}

export interface CommandFrame {
  readonly kind: 'command';
  readonly build: string;
  readonly name: string;
  readonly json: string;
}

/** How a child ended; `errno`: it could not be started. */
export type ChildEnd =
  | { readonly how: 'exited'; readonly code: number }
  | { readonly how: 'killed'; readonly signal: number }
  | { readonly how: 'not-started'; readonly errno: number };

export interface ChunkFrame {
  readonly kind: 'stdout' | 'stderr';
  readonly bytes: Uint8Array;
}

export interface RanFrame {
  readonly kind: 'ran';
  readonly end: ChildEnd;
  readonly wallMicros: number;
}

/** A compile or command in another protocol, of which only the greeting can be read. */
export interface SkewedFrame {
  readonly kind: 'skewed';
  readonly protocol: number;
  readonly build: string;
}

export type FromLauncher =
  | { readonly kind: 'knock'; readonly secret: string }
  | CompileFrame
  | CommandFrame
  | ChunkFrame
  | RanFrame
  | SkewedFrame;

/** A range of the source that is to stand as a file of its own. */
export interface LandPiece {
  /** Absolute. */
  readonly place: string;
  readonly offset: number;
  readonly length: number;
  readonly executable: boolean;
  /** As compilers treat dependency files: an old one is not replaced, so its permissions stay. */
  readonly writtenInto: boolean;
}

/** Outputs that the launcher puts in place by itself, all or none. */
export interface LandOrder {
  /** Absolute. */
  readonly source: string;
  /** In any other state the source is not touched, and the launcher becomes the compiler. */
  readonly state: FileState;
  readonly pieces: readonly LandPiece[];
}

/**
 * What a child is to the launcher. `helper`: only the daemon hears it. `final`: the compile itself; should the daemon vanish while it runs, its
 * streams and its end are the launcher's own. `live`: the same, and the caller hears it at once, so that from its first word on it decides.
 */
export type RunHow = 'helper' | 'final' | 'live';

export type ToLauncher =
  | { readonly kind: 'open'; readonly secret: string }
  | { readonly kind: 'become' }
  | { readonly kind: 'run'; readonly how: RunHow; readonly program: string; readonly args: readonly string[] }
  | { readonly kind: 'print'; readonly fd: 1 | 2; readonly bytes: Uint8Array }
  | { readonly kind: 'exit'; readonly code: number }
  | { readonly kind: 'die'; readonly signal: number }
  | { readonly kind: 'wait' }
  | { readonly kind: 'reply'; readonly json: string }
  | (LandOrder & { readonly kind: 'land' });
