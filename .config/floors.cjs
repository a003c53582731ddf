// Knows: who may import whom; each rule says its sentence. Refuses to know: style (eslint.config.js).
// Read by .ci/floors.mjs. Paths are sources: workspace names are mapped to them by tsconfig.all.json.

const test = '[.]test[.]ts$';
const room = '^core/src/([^/]+)/';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'floor-1-base',
      comment: 'Imports go strictly down: core/base stands on the ground and imports no other room or package of ours.',
      severity: 'error',
      from: { path: '^core/src/base/', pathNot: test },
      to: { path: '^(core/src/(?!base/)|adapters/|plugins/|daemons/|fixtures/|bench/)' },
    },
    {
      name: 'floor-2-decide',
      comment: 'Imports go strictly down: core/compilation, core/wire and core/scheduling import core/base only, never each other.',
      severity: 'error',
      from: { path: '^core/src/(compilation|wire|scheduling)/', pathNot: test },
      to: { path: '^(core/src/|adapters/|plugins/|daemons/|fixtures/|bench/)', pathNot: '^core/src/(base|$1)/' },
    },
    {
      name: 'floor-3-touch',
      comment: 'Imports go strictly down: core/storage and core/host import floors 1 and 2 only, never each other.',
      severity: 'error',
      from: { path: '^core/src/(storage|host)/', pathNot: test },
      to: { path: '^(core/src/|adapters/|plugins/|daemons/|fixtures/|bench/)', pathNot: '^core/src/(base|compilation|wire|scheduling|$1)/' },
    },
    {
      name: 'floor-4-core-knows-no-plugin',
      comment: 'Core never imports an adapter or a plugin (nor a daemon); the daemons load them by name.',
      severity: 'error',
      from: { path: '^core/', pathNot: test },
      to: { path: '^(adapters|plugins|daemons|fixtures|bench)/' },
    },
    {
      name: 'floor-4-adapters-and-plugins',
      comment: 'Adapters and plugins stand on core alone: they import neither the engine nor each other nor a daemon.',
      severity: 'error',
      from: { path: '^(adapters|plugins)/([^/]+)/', pathNot: test },
      to: { path: '^(core/src/engine/|adapters/|plugins/|daemons/|fixtures/|bench/)', pathNot: '^$1/$2/' },
    },
    {
      name: 'floor-5-daemons',
      comment: 'Daemons do not import each other; only daemons/cli, which starts them, does.',
      severity: 'error',
      from: { path: '^daemons/(?!cli/)([^/]+)/', pathNot: test },
      to: { path: '^(daemons|fixtures|bench)/', pathNot: '^daemons/$1/' },
    },
    {
      name: 'floor-5-cli',
      comment: 'Programs that are published do not import the test kit or the bench.',
      severity: 'error',
      from: { path: '^daemons/cli/', pathNot: test },
      to: { path: '^(fixtures|bench)/' },
    },
    {
      name: 'pure-floors',
      comment: 'Floors 1 and 2 are pure: no node: module but node:crypto for hashing.',
      severity: 'error',
      from: { path: '^core/src/(base|compilation|wire|scheduling)/', pathNot: test },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?crypto$' },
    },
    {
      name: 'pure-floors-no-packages',
      comment: 'Floors 1 and 2 are pure: no npm package.',
      severity: 'error',
      from: { path: '^core/src/(base|compilation|wire|scheduling)/', pathNot: test },
      to: { path: 'node_modules' },
    },
    {
      name: 'world-only-in-host',
      comment: 'Sockets, processes and the machine (node:net, tls, http(s), child_process, os, dgram, dns, cluster) only in core/host and plugins.',
      severity: 'error',
      from: { path: '^(core|adapters|daemons)/', pathNot: [test, '^core/src/host/'] },
      to: { path: '^(node:)?(net|tls|http|https|http2|child_process|os|dgram|dns|cluster)(/promises)?$' },
    },
    {
      name: 'files-only-in-host-and-storage',
      comment: 'node:fs only in core/host, core/storage and plugins.',
      severity: 'error',
      from: { path: '^(core|adapters|daemons)/', pathNot: [test, '^core/src/(host|storage)/', '^daemons/cli/bin/'] },
      to: { path: '^(node:)?fs(/promises)?$' },
    },
    {
      name: 'one-door-per-room',
      comment: 'Rooms meet at the door: import another room through its index.ts, nothing deeper.',
      severity: 'error',
      from: { path: room, pathNot: test },
      to: { path: '^core/src/[^/]+/', pathNot: ['^core/src/$1/', '^core/src/[^/]+/index[.]ts$'] },
    },
    {
      name: 'one-door-per-package',
      comment: 'One door per package: `exports`, no deep imports.',
      severity: 'error',
      from: { path: '^([^/]+/[^/]+)/', pathNot: [test, '^core/', '^(fixtures|bench)/src/.*[.]test[.]ts$'] },
      to: { path: '^(core|adapters|plugins|daemons)/', pathNot: ['^$1/', '/index[.]ts$'] },
    },
    {
      name: 'no-circles',
      comment: 'No file imports itself through others.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'imports-lead-somewhere',
      comment: 'Every import leads to a file or to a package that the importing package names as a dependency.',
      severity: 'error',
      from: { pathNot: test },
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|build)/' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'default', 'node'] },
  },
};
