// Knows: the first words of a command line that are commands of ours and no compilers; core/native/invocation.cc has the same list.
// Refuses to know: what they do.

/** Build systems and their like: all that follows belongs to them, word for word. */
export const toolNames = ['make', 'cmake', 'ninja', 'node-gyp', 'cmake-js'] as const;
export type ToolName = (typeof toolNames)[number];

export const ownWords: readonly string[] = ['cargo', ...toolNames, 'init', 'doctor', 'toolchain'];

export const isToolName = (word: string | undefined): word is ToolName => (toolNames as readonly (string | undefined)[]).includes(word);
