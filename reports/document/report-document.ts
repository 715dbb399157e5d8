import type { Table, Tone } from '../text/table.ts';
import type { Chart } from './chart.ts';

/**
 * A report in reading order, in no particular format: pages, Markdown and terminals draw the same one. Texts are as
 * measured, neither escaped nor sanitized: a renderer does that.
 */
export interface ReportDocument {
  /** What was measured, in a few words. */
  readonly title: string;
  /** When, where and how, a line each. */
  readonly subtitle: readonly string[];
  /** Names that keep one colour and one marker in all charts, in this order: targets, or files of results. */
  readonly identities: readonly string[];
  readonly sections: readonly Section[];
}

/** A part of a report with a heading. */
export interface Section {
  /** Lower-case words joined by hyphens, unique in its document; links and tests use it. */
  readonly id: string;
  readonly title: string;
  readonly blocks: readonly Block[];
}

/** What a section consists of. */
export type Block =
  | { readonly kind: 'paragraph'; readonly text: string; readonly tone?: Tone | 'good' | 'lead' }
  /** `numbered`: footnotes, to which the table before refers by number, from 1. */
  | { readonly kind: 'list'; readonly items: readonly string[]; readonly numbered?: true }
  /** A command line to copy. */
  | { readonly kind: 'command'; readonly text: string }
  | { readonly kind: 'table'; readonly table: Table }
  | { readonly kind: 'chart'; readonly chart: Chart };
