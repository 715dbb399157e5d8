import { parseNames } from '../../bench/model/units.ts';
import { type Format, formats } from '../../reports/renderers/catalog.ts';
import type { Flags } from '../cli/flags.ts';
import { unknown } from '../cli/nearest.ts';
import type { outputOptions } from './options.ts';

/** A report besides the saved results; the file `-` is stdout. */
export interface Report {
  readonly format: Format;
  readonly file: string;
  /** The flag that requests it, for faults. */
  readonly flag: string;
}

/** Where results go, and how they are printed. */
export interface Output {
  /** Directory in which each run creates its own. */
  readonly directory: string;
  readonly reports: readonly Report[];
  readonly noColor: boolean;
  readonly quiet: boolean;
}

/** Reads the flags of {@link outputOptions}. */
export function readOutput(flags: Flags<typeof outputOptions>): Output {
  const json = flags.text('json');
  return {
    directory: flags.text('out-dir'),
    reports: [
      ...(flags.value('out', parseReports) ?? []),
      ...(json === undefined ? [] : [{ format: 'json', file: json, flag: '--json' } as const]),
    ],
    noColor: flags.has('no-color'),
    quiet: flags.has('quiet'),
  };
}

/** Parses a list such as `json=a.json,terminal=b.txt`. @throws {RangeError} when it is malformed. */
export function parseReports(text: string): Report[] {
  return parseNames(text).map((part) => {
    const [, name = '', file = ''] = /^([^=]*)=(.+)$/.exec(part) ?? [];
    const format = formats.find((known) => known === name);
    if (file === '') throw new RangeError(`'${part}' is not FORMAT=FILE, such as json=results.json`);
    if (format === undefined) throw new RangeError(unknown('format', name, formats));
    return { format, file, flag: `--out ${name}` };
  });
}
