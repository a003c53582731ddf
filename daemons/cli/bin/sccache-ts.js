#!/usr/bin/env node
// Knows: how npm's link, or a link under a compiler's name, becomes the launcher. Refuses to know: everything else.
import { readFileSync } from 'node:fs';
import { launch } from '../dist/launcher-fallback.js';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
// Returns for our own options only; main.js reads them from process.argv.
await launch({ build: version, self: process.argv[1], args: process.argv.slice(2) });
await import('../dist/main.js');
