// Knows: for which arguments node-gyp and cmake-js need a file, and where. Refuses to know: whether it is there.
import { expect, it } from 'vitest';
import { cmakeJsFile, gypFile } from './project-file.js';

it.each<[readonly string[], Record<string, string>, string | undefined]>([
  [['rebuild'], {}, '.'],
  [['configure', 'build', '--debug'], {}, '.'],
  [['rebuild', '-C', 'deep'], {}, 'deep'],
  [['--directory=deep', 'rebuild'], {}, 'deep'],
  [['-C', 'rebuild', 'install'], {}, undefined],
  [['rebuild', '--dir', 'deep'], {}, undefined],
  [['rebuild', 'other.gyp'], {}, undefined],
  [['rebuild'], { npm_package_config_node_gyp_directory: 'deep' }, undefined],
  [['install'], {}, undefined],
  [['build'], {}, undefined],
  [['--version'], {}, undefined],
  [[], {}, undefined],
])('node-gyp %j with %j', (args, env, folder) => {
  expect(gypFile({ args, env })).toEqual(folder === undefined ? undefined : { name: 'binding.gyp', folder });
});

it.each<[readonly string[], string | undefined]>([
  [[], '.'],
  [['compile', '-D'], '.'],
  [['rebuild', '-d', 'deep'], 'deep'],
  [['-d=deep'], 'deep'],
  [['--directory=deep', 'configure'], 'deep'],
  [['-ddeep'], undefined],
  [['print-configure'], undefined],
  [['install'], undefined],
  [['compile', '--help'], undefined],
])('cmake-js %j', (args, folder) => {
  expect(cmakeJsFile(args)).toEqual(folder === undefined ? undefined : { name: 'CMakeLists.txt', folder });
});
