import { unknown } from '../../bench/model/nearest.ts';
import { parseNames } from '../../bench/model/units.ts';
import { type Format, formats } from '../../reports/renderers/catalog.ts';
import type { Flags } from '../cli/flags.ts';
import type { outputOptions } from './options.ts';

/** Where results go, and how they are printed. */
export interface Output {
  /** Directory in which each run creates its own. */
  readonly directory: string;
  /** Additional reports; the file `-` is stdout. */
  readonly reports: readonly { readonly format: Format; readonly file: string }[];
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
      ...(json === undefined ? [] : [{ format: 'json', file: json } as const]),
    ],
    noColor: flags.has('no-color'),
    quiet: flags.has('quiet'),
  };
}

/** Parses a list such as `json=a.json,terminal=b.txt`. @throws {RangeError} when it is malformed. */
export function parseReports(text: string): { format: Format; file: string }[] {
  return parseNames(text).map((part) => {
    const [, name = '', file = ''] = /^([^=]*)=(.+)$/.exec(part) ?? [];
    const format = formats.find((known) => known === name);
    if (file === '') throw new RangeError(`'${part}' is not FORMAT=FILE, such as json=results.json`);
    if (format === undefined) throw new RangeError(unknown('format', name, formats));
    return { format, file };
  });
}
