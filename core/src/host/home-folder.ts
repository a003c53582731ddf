// Knows: where this user's home directory is. Refuses to know: what is in it.
import { homedir } from 'node:os';

/** HOME, else what the system's user table says. */
export function homeFolder(): string {
  return homedir();
}
