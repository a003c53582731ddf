// Knows: what of a source's words matters to a build server, which has the files that were read and no others.
// Refuses to know: how a source is read (core/compilation), and where files are looked for.
import { sourceMentions } from '../compilation/index.js';

export interface AwayMentions {
  /** Operands of `__has_include` and `__has_include_next`: whether such files exist decides what is compiled. */
  readonly asked: readonly string[];
  /** Why a build server could see something else than we do; undefined when it cannot. */
  readonly unclear: string | undefined;
}

export function mentionsOf(content: Uint8Array): AwayMentions {
  const { includes, unclear, time } = sourceMentions(content);
  // The time zone is the build server's own.
  const why = unclear ?? (time === undefined ? undefined : `${time} depends on the time zone`);
  if (why !== undefined) return { asked: [], unclear: why };
  return { asked: [...new Set(includes.flatMap(({ name, asked }) => (asked ? [name] : [])))], unclear: undefined };
}
