import { unknown } from '../../bench/model/nearest.ts';
import { parseNames } from '../../bench/model/units.ts';
import { type Format, formats } from '../../reports/renderers/formats.ts';
import { parsed, text, toggle } from '../cli/flag-types.ts';
import type { Flags, Values } from '../cli/flags.ts';
import { mapForm, type OptionForm } from '../cli/option-form.ts';

/** Directory of results unless --out-dir names another. */
export const DEFAULT_DIRECTORY = 'results';

/** Heading of `--help` for reports. */
const OUTPUT = 'Output:';

/** Flags for the look of reports. */
export const displayFlags = {
  'no-color': toggle().meta({ group: OUTPUT, description: 'No colours (also NO_COLOR=1)' }),
};

/** Flags for the look of reports with plots. */
export const plotFlags = {
  ...displayFlags,
  ascii: toggle().meta({
    group: OUTPUT,
    description:
      'Draw plots with ASCII characters [default: in locales other than UTF-8, and where TERM=dumb or linux]',
  }),
};

/** Whether progress is shown. */
export const quietFlag = {
  quiet: toggle().meta({ group: OUTPUT, alias: 'q', description: 'No progress' }),
};

/** Flags for reports besides the printed one. */
export const reportFlags = {
  out: parsed(parseReports, { form: mapForm((format, file) => `${format}=${file}`, formats) })
    .default([])
    .meta({
      group: OUTPUT,
      description: `Additional reports, FORMAT=FILE with commas between them: ${formats.join(', ')}`,
    }),
  open: toggle().meta({
    group: OUTPUT,
    description: 'Write the report as a page next to the results, and show it in a browser',
  }),
};

/** `--live` as an option. Without a value, the flag means a page on any port. */
const liveForm: OptionForm<'tui' | number> = {
  takes: 'one',
  schema: { anyOf: [{ const: 'tui' }, { type: 'integer', minimum: 0, maximum: 65_535 }] },
  bare: '0',
  examples: ['tui', 0],
};

/** Flags for where results go, for the commands that measure. */
export const outputFlags = {
  'out-dir': text()
    .prefault(DEFAULT_DIRECTORY)
    .meta({ group: OUTPUT, description: 'Directory in which each run creates a directory for its results' }),
  ...reportFlags,
  json: text()
    .optional()
    .meta({ group: OUTPUT, description: 'Write the results as JSON to FILE; - prints them instead of tables' }),
  live: parsed(parseLive, { once: true, form: liveForm }).optional().meta({
    group: OUTPUT,
    description: "Show it while it runs: 'tui' on the whole terminal, otherwise a page on 127.0.0.1, at a PORT or any",
  }),
  stream: text().optional().meta({
    group: OUTPUT,
    description: 'Write what happens to FILE, as a line of JSON each; - prints it instead of tables',
  }),
  ...plotFlags,
  ...quietFlag,
};

/** How a measurement is shown while it runs: on the terminal, or as a page on a port of this machine (0: any). */
export type Live = { readonly kind: 'tui' } | { readonly kind: 'page'; readonly port: number };

/** A report besides the saved results; the file `-` is stdout. */
export interface Report<F extends string = Format> {
  readonly format: F;
  readonly file: string;
  /** The flag that requests it, for faults. */
  readonly flag: string;
}

/** Where results go, and how they are printed. */
export interface Output {
  /** Directory in which each run creates its own. */
  readonly directory: string;
  readonly reports: readonly Report[];
  /** Whether a browser shows the report as a page. */
  readonly open: boolean;
  readonly noColor: boolean;
  readonly ascii: boolean;
  readonly quiet: boolean;
  /** Undefined: progress in one line. */
  readonly live?: Live | undefined;
  /** File of the events, `-` for stdout; undefined: none. */
  readonly stream?: string | undefined;
}

/** Reads the flags for where results go. */
export function readOutput(flags: Flags<Values<typeof outputFlags>>): Output {
  const { live, stream, json, out, open, quiet, ascii, 'out-dir': directory, 'no-color': noColor } = flags.values;
  const reports: Report[] = [
    ...out,
    ...(json === undefined ? [] : [{ format: 'json', file: json, flag: '--json' } as const]),
  ];
  const printed = reports.find(({ file }) => file === '-');
  if (stream === '-' && printed !== undefined) {
    flags.refuse(`--stream: stdout already gets ${printed.flag}: write one of them to a file`);
  }
  return { directory, reports, open, noColor, ascii, quiet, live, stream };
}

/** Parses `tui` or a port. @throws {RangeError} for anything else. */
export function parseLive(text: string): Live {
  if (text === 'tui') return { kind: 'tui' };
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(port <= 65_535)) throw new RangeError(`'${text}' is neither tui nor a port, 0 to 65535`);
  return { kind: 'page', port };
}

/**
 * Returns faults for reports that a command does not have, so that it ends before it measures for minutes.
 * @param why returns why there is none in a format; undefined when there is.
 */
export function formatFaults({ reports }: Output, why: (format: Format) => string | undefined): string[] {
  return reports.flatMap(({ flag, format }) => {
    const reason = why(format);
    return reason === undefined ? [] : [`${flag}: ${reason}`];
  });
}

/** Parses a list such as `json=a.json,terminal=b.txt`. @throws {RangeError} when it is malformed. */
export function parseReports(text: string): Report[] {
  return parseReportsOf(text, formats);
}

/** Does the same for other formats. */
export function parseReportsOf<F extends string>(text: string, names: readonly F[]): Report<F>[] {
  return parseNames(text).map((part) => {
    const [, name = '', file = ''] = /^([^=]*)=(.+)$/.exec(part) ?? [];
    const format = names.find((known) => known === name);
    if (file === '') throw new RangeError(`'${part}' is not FORMAT=FILE, such as json=results.json`);
    if (format === undefined) throw new RangeError(unknown('format', name, names));
    return { format, file, flag: `--out ${name}` };
  });
}
