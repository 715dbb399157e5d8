import { parseNames } from '../bench/model/units.ts';
import { type Format, formats } from '../reports/catalog.ts';
import type { Flags } from './flags.ts';
import { unknown } from './nearest.ts';
import type { outputOptions } from './options.ts';

/** Where results go and how they are told. */
export interface Output {
  /** Gets a directory for each run. */
  readonly directory: string;
  /** Reports besides; the file `-` is stdout. */
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

/** `json=a.json,terminal=b.txt`. @throws {RangeError} for what is no such list. */
export function parseReports(text: string): { format: Format; file: string }[] {
  return parseNames(text).map((part) => {
    const [, name = '', file = ''] = /^([^=]*)=(.+)$/.exec(part) ?? [];
    const format = formats.find((known) => known === name);
    if (file === '') throw new RangeError(`'${part}' is not FORMAT=FILE, such as json=results.json`);
    if (format === undefined) throw new RangeError(unknown('format', name, formats));
    return { format, file };
  });
}
