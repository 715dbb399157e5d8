import { createHash } from 'node:crypto';
import { extname } from 'node:path';
import { getEnvironmentData, setEnvironmentData } from 'node:worker_threads';
import type { TransformOptions } from 'jiti';
import * as contract from './contract.ts';

/**
 * Evaluates the source of a module of JavaScript or TypeScript, for which `sockbench/protocol` is ours wherever its file
 * is. @returns its exports.
 */
export async function evaluated(path: string, source: string): Promise<object> {
  const { createJiti } = await import('jiti');
  const compiler = createJiti(import.meta.url, { fsCache: false });
  const jiti = createJiti(import.meta.url, {
    ...{ fsCache: false, moduleCache: false, interopDefault: false },
    virtualModules: { 'sockbench/protocol': contract },
    transform: (options) => ({ code: onceCompiled(options, compiler.transform) }),
  });
  const exported = await jiti.evalModule(source, {
    ...{ filename: path, ext: extname(path) },
    ...{ async: true, forceTranspile: true },
  });
  return exported as object;
}

/**
 * Compiles a module, or returns what came of it when this thread, or the one that started it, compiled the same one
 * before. Compiling the first one takes 270 ms, most of it for loading the compiler: each thread of each load spent that.
 */
function onceCompiled(module: TransformOptions, compile: (module: TransformOptions) => string): string {
  const digest = createHash('sha256').update(JSON.stringify(module)).digest('hex');
  const key = `sockbench compiled module ${digest}`;
  const known = getEnvironmentData(key);
  if (typeof known === 'string') return known;
  const code = compile(module);
  setEnvironmentData(key, code);
  return code;
}
