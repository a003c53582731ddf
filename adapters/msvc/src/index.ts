// What teaches the launcher the command lines of clang-cl and cl.exe: data only, nothing is started and nothing written.
export { clangClDialect, msvcDialect } from './dialect/cl.js';
