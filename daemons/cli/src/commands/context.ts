// Knows: what every command needs from the process it runs in. Refuses to know: the commands.
import { type ClientSettings, loadClientSettings, type Surroundings } from '@sccache-ts/client';
import type { EnvPairs } from '@sccache-ts/core/base';
import { homeFolder, processEnvironment } from '@sccache-ts/core/host';

export interface CommandContext {
  readonly env: EnvPairs;
  readonly around: Surroundings;
  readonly cwd: string;
  /** Effective user id. */
  readonly uid: number;
  /** The version of this package. */
  readonly build: string;
  /** The program that becomes the daemon. */
  readonly script: string;
  readonly print: (text: string) => void;
  readonly complain: (text: string) => void;
}

/** Reads the settings that every command depends on, and says what of them is not done. */
export async function settingsOf(context: CommandContext): Promise<ClientSettings> {
  const settings = await loadClientSettings(context.around);
  for (const warning of settings.warnings) context.complain(`sccache: warning: ${warning}\n`);
  return settings;
}

/** The context of this very process. */
export function processContext(build: string, script: string): CommandContext {
  const env = processEnvironment();
  return {
    env,
    around: { env: process.platform === 'win32' ? Object.fromEntries(env) : process.env, home: homeFolder(), platform: process.platform },
    cwd: process.cwd(),
    uid: process.geteuid?.() ?? 0,
    build,
    script,
    print: (text) => void process.stdout.write(text),
    complain: (text) => void process.stderr.write(text),
  };
}
