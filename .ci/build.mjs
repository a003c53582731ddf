// Knows: that building is preparing without tools from the system. Refuses to know: how.
import { prepare } from './prepare.mjs';

prepare('build');
