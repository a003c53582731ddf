// Knows: an environment as data, in the order received. Refuses to know: process.env; the daemons read that.

/** Name and value, in the order of the process that called us. Values are secrets: never log them. */
export type EnvPairs = readonly (readonly [name: string, value: string])[];

/** The value of `name` as a C program started with this environment sees it: getenv finds the first. Undefined when absent. */
export function envValue(env: EnvPairs, name: string): string | undefined {
  return env.find((pair) => pair[0] === name)?.[1];
}
