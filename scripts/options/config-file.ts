import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ConfigurationError } from '../../bench/model/errors.ts';
import type { Origin } from '../cli/layer.ts';
import { loadConfigModule } from './config-module.ts';
import { parseConfigText, type TextPosition } from './config-text.ts';
import { configExtensionOf, configExtensions } from './find-config.ts';
import { isObject, type OptionFault, type OptionPath, pathText } from './option-fault.ts';

/** Longest file, in bytes. It bounds what parsing may cost. */
const MAX_BYTES = 1024 * 1024;

/** A file of options, as it was read. */
export class ConfigFile {
  /** Its name as the user knows it. */
  readonly name: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** Where a value is in the file; undefined for a module, whose values have no place in its text. */
  readonly #position: ((path: OptionPath) => TextPosition) | undefined;

  constructor(name: string, options: Readonly<Record<string, unknown>>, position?: (path: OptionPath) => TextPosition) {
    this.name = name;
    this.options = options;
    this.#position = position;
  }

  /** Returns where a value comes from: with its line and column, or in a module with its path alone. */
  originOf(path: OptionPath): Origin {
    const position = this.#position?.(path);
    if (position === undefined) return { called: `${this.name}: ${pathText(path)}`, source: this.name };
    const { line, column } = position;
    return { called: `${this.name}:${line}:${column}: ${pathText(path)}`, source: `${this.name}:${line}` };
  }

  /** Returns faults as messages, in the order of the file. */
  messages(faults: readonly OptionFault[]): string[] {
    const placed = faults.map(({ path, message }) => ({
      ...(this.#position?.(path) ?? { line: 0, column: 0 }),
      text: `${this.originOf(path).called}${path.length > 0 ? ': ' : ''}${message}`,
    }));
    return placed.sort((a, b) => a.line - b.line || a.column - b.column).map(({ text }) => text);
  }
}

/**
 * Reads a file of options. A file of JSON or YAML is only parsed; a module is executed.
 * @param name as the user knows it, relative to the working directory.
 * @throws {ConfigurationError} when it can't be read, with every fault of its syntax.
 */
export async function readConfigFile(name: string): Promise<ConfigFile> {
  const extension = configExtensionOf(name);
  if (extension === undefined) {
    throw new ConfigurationError([`${name}: the name of a file of options ends with ${configExtensions.join(', ')}`]);
  }
  const bytes = await readFile(name).catch((error: NodeJS.ErrnoException) => {
    const why = error.code === 'ENOENT' ? 'there is no such file' : error.code;
    throw new ConfigurationError([`${name}: can't be read: ${why}`], { cause: error });
  });
  if (bytes.length > MAX_BYTES) {
    throw new ConfigurationError([`${name}: ${bytes.length} bytes are more than ${MAX_BYTES}, the most that is read`]);
  }
  switch (extension) {
    case '.json':
    case '.yaml':
    case '.yml': {
      const { value, faults, position } = parseConfigText(bytes.toString(), extension);
      if (faults.length > 0) {
        throw new ConfigurationError(
          faults.map(({ line, column, message }) => `${name}:${line}:${column}: ${message}`),
        );
      }
      return new ConfigFile(name, optionsIn(name, value ?? {}), position);
    }
    default:
      return new ConfigFile(name, optionsIn(name, await loadConfigModule(resolve(name), name)));
  }
}

function optionsIn(name: string, value: unknown): Readonly<Record<string, unknown>> {
  if (isObject(value)) return value;
  throw new ConfigurationError([`${name}: must contain an object of options`]);
}
