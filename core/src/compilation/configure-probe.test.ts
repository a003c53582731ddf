import { expect, it } from 'vitest';
import { configureProbe } from './configure-probe.js';

it.each([
  ['/w', 'conftest.c', 'a probe of autoconf'],
  ['/w', './conftest.cpp', 'a probe of autoconf'],
  ['/w', '../conftest.C', 'a probe of autoconf'],
  ['/w', 'src/conftest.h.c', undefined],
  ['/w', 'myconftest.c', undefined],
  ['/w', '/tmp/cgkIfi1h/dummy.c', 'a probe of config.guess'],
  ['/w', 'dummy.c', undefined],
  ['/w/CMakeFiles/CMakeScratch/TryCompile-aVpKTd', 'src.c', 'a probe of cmake'],
  ['/w', '/w/CMakeFiles/CMakeTmp/CheckFunctionExists.c', 'a probe of cmake'],
  ['/w/CMakeFiles/3.25.1/CompilerIdCXX', 'CMakeCXXCompilerId.cpp', 'a probe of cmake'],
  ['/w/CMakeFiles/CMakeScratch/TryCompile-aVpKTd', '/usr/share/cmake-3.25/Modules/CMakeCXXCompilerABI.cpp', 'a probe of cmake'],
  ['/w/CMakeFiles/CMakeTmp', '/usr/share/cmake-3.22/Modules/CMakeCCompilerABI.c', 'a probe of cmake'],
  ['/w', '/usr/share/cmake-3.25/Modules/CMakeCXXCompilerABI.cpp', undefined],
  ['/w/CMakeFiles/app.dir', 'main.c', undefined],
  ['/w', '/w/meson-private/tmpk3a/testfile.c', 'a probe of meson'],
  ['/w/meson-private', 'sanitycheckc.c', 'a probe of meson'],
  ['/w', 'meson-private/generated.c', undefined],
])('in %s: %s: %s', (cwd, input, reason) => {
  expect(configureProbe(cwd, input)).toBe(reason);
});
