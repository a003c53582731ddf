#!/usr/bin/env node
// Knows: where the program is once it is built. Refuses to know: everything else.
import '../dist/dist-main.js';
