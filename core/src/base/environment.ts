// Knows: an environment as data, in the order received. Refuses to know: process.env; the daemons read that.

/** Name and value, in the order of the process that called us. Values are secrets: never log them. */
export type EnvPairs = readonly (readonly [name: string, value: string])[];

/** The last value given for `name`, as execve's consumers see it after setenv; undefined when absent. */
export function envValue(env: EnvPairs, name: string): string | undefined {
  for (let i = env.length - 1; i >= 0; i--) {
    const pair = env[i];
    if (pair !== undefined && pair[0] === name) return pair[1];
  }
  return undefined;
}
