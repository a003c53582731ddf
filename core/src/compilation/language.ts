// Knows: which language a file is in, by its name and by `-x`. Refuses to know: how a language is compiled.
import type { Language } from './types.js';

const byExtension: Readonly<Record<string, Language>> = {
  c: 'c', i: 'cPreprocessed', h: 'cHeader',
  C: 'c++', cc: 'c++', cp: 'c++', cpp: 'c++', CPP: 'c++', cxx: 'c++', 'c++': 'c++', ii: 'c++Preprocessed',
  H: 'c++Header', hh: 'c++Header', hp: 'c++Header', hpp: 'c++Header', HPP: 'c++Header', hxx: 'c++Header', 'h++': 'c++Header', tcc: 'c++Header',
  m: 'objc', mi: 'objcPreprocessed', M: 'objc++', mm: 'objc++', mii: 'objc++Preprocessed',
  s: 'assembler', S: 'assemblerToPreprocess', sx: 'assemblerToPreprocess',
};

const byName: Readonly<Record<string, Language>> = {
  c: 'c', 'c-header': 'cHeader', 'cpp-output': 'cPreprocessed',
  'c++': 'c++', 'c++-header': 'c++Header', 'c++-cpp-output': 'c++Preprocessed',
  'objective-c': 'objc', 'objective-c-header': 'objcHeader', 'objective-c-cpp-output': 'objcPreprocessed',
  'objective-c++': 'objc++', 'objective-c++-header': 'objc++Header', 'objective-c++-cpp-output': 'objc++Preprocessed',
  assembler: 'assembler', 'assembler-with-cpp': 'assemblerToPreprocess',
};

/** g++ and clang++ take C for C++ where only the extension speaks. */
const plusplusOf: Partial<Record<Language, Language>> = { c: 'c++', cHeader: 'c++Header', cPreprocessed: 'c++Preprocessed' };

/** The language that `-x name` asks for; undefined for those we do not take. */
export function languageNamed(name: string): Language | undefined {
  return Object.hasOwn(byName, name) ? byName[name] : undefined;
}

/** @param explicit the operand of the `-x` in force, `none` or undefined when the extension decides */
export function languageOf(input: string, explicit: string | undefined, plusplus: boolean): Language | undefined {
  if (explicit !== undefined && explicit !== 'none') return languageNamed(explicit);
  const name = input.slice(input.lastIndexOf('/') + 1);
  const dot = name.lastIndexOf('.');
  if (dot < 0) return undefined;
  const extension = name.slice(dot + 1);
  const language = Object.hasOwn(byExtension, extension) ? byExtension[extension] : undefined;
  return language === undefined ? undefined : ((plusplus ? plusplusOf[language] : undefined) ?? language);
}

const without = new Set<Language>(['cPreprocessed', 'c++Preprocessed', 'objcPreprocessed', 'objc++Preprocessed', 'assembler']);

/** False for languages whose files the preprocessor does not see. */
export function isPreprocessed(language: Language): boolean {
  return !without.has(language);
}

/** True for files that are compiled into a precompiled header. */
export function isHeader(language: Language): boolean {
  return language.endsWith('Header');
}
