#!/usr/bin/env node
// Knows: how cargo calls a command of its own that is a program of another's: its name is the first word. Refuses to know: everything else.
process.argv.splice(2, process.argv[2] === 'sccache-ts' ? 1 : 0, 'cargo-sccache-ts');
await import('../dist/main.js');
