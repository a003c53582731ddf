// Knows: what a gnu command line has been found to say so far, besides what all manners do. Refuses to know: how it is learned.
import { type DependencyDraft, type Draft, emptyDraft } from './draft.js';

/** What the parser gathers from left to right. */
export interface GnuDraft extends Draft {
  readonly inputs: { readonly path: string; readonly language: string | undefined }[];
  /** Operand of the `-x` in force. */
  explicit: string | undefined;
  output: string | undefined;
  /** The last flag about colours, which is not among `args`. */
  colourFlag: string | undefined;
  readonly dependency: GnuDependencyDraft;
  readonly sides: SideOutputs;
  /** A precompiled header is named. */
  precompiled: boolean;
  /** Files that plugins are told of, if they are files. */
  readonly readIfThere: string[];
  /** `-emit-llvm`. */
  bitcode: boolean;
  readonly architectures: Set<string>;
  /** Names are those of Windows. */
  readonly windows: boolean;
}

interface GnuDependencyDraft extends DependencyDraft {
  /** gcc's preprocessor was told behind the driver's back (`-Wp,-MD,file`): the target is then made from the input's name. */
  behindDriver: boolean;
}

interface SideOutputs {
  splitDwarf: boolean;
  coverageNotes: boolean;
  stackUsage: boolean;
  diagnostics: string | undefined;
}

export function emptyGnuDraft(windows = false): GnuDraft {
  const draft = emptyDraft();
  return {
    ...draft,
    inputs: [],
    explicit: undefined,
    output: undefined,
    colourFlag: undefined,
    dependency: { ...draft.dependency, behindDriver: false },
    sides: { splitDwarf: false, coverageNotes: false, stackUsage: false, diagnostics: undefined },
    precompiled: false,
    readIfThere: [],
    bitcode: false,
    architectures: new Set(),
    windows,
  };
}
