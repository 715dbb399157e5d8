import { CHECK_SCHEMA, type CheckResult } from '../../bench/model/check-result.ts';
import { ConfigurationError } from '../../bench/model/errors.ts';
import type { Saved } from '../files/saved.ts';
import type { NamedResult } from '../text/pair-heading.ts';
import type { PairRenderer, Renderer, RenderOptions } from './renderer.ts';

interface RendererEntry {
  /** Imports the renderer on first use, so that listing the formats loads nothing. */
  readonly load: () => Promise<Renderer>;
  /** The same for a regression check; a text: why the format has nothing of it, and what to use. */
  readonly loadCheck: (() => Promise<Renderer<CheckResult>>) | string;
  /** Why the format has nothing of a run that only uploads or downloads, and what to use; absent where it has. */
  readonly withoutReplies?: string;
  /** The same for two results side by side; absent where the format has no such report. */
  readonly loadPair?: () => Promise<PairRenderer>;
}

/** Why formats that follow values over commits have nothing of a check. */
const RELATIVE =
  'it follows values from commit to commit, and a check contains how two programs differ: use prometheus, csv or json';

/** Every report format, by name. To add one: write `renderers/NAME.ts` or `exports/NAME.ts`, and an entry here. */
const renderers = {
  terminal: {
    load: async () => (await import('./terminal.ts')).renderTerminal,
    loadCheck: async () => (await import('./check.ts')).renderCheck,
    loadPair: async () => (await import('./side-by-side.ts')).renderSideBySide,
  },
  json: {
    load: async () => (await import('./json.ts')).renderJson,
    loadCheck: async () => (await import('./json.ts')).renderJson,
  },
  html: {
    load: async () => (await import('./html.ts')).htmlRenderer(),
    loadCheck: async () => (await import('./html.ts')).htmlRenderer(),
    loadPair: async () => (await import('./html.ts')).htmlPairRenderer(),
  },
  markdown: {
    load: async () => (await import('../exports/step-summary.ts')).renderStepSummary,
    loadCheck: async () => (await import('../exports/step-summary.ts')).renderStepSummary,
    loadPair: async () => (await import('../exports/step-summary.ts')).renderPairSummary,
  },
  comment: {
    load: async () => (await import('../exports/comment.ts')).renderComment,
    loadCheck: async () => (await import('../exports/comment.ts')).renderComment,
  },
  csv: {
    load: async () => (await import('../exports/csv.ts')).renderCsv,
    loadCheck: async () => (await import('../exports/csv.ts')).renderCheckCsv,
  },
  junit: {
    load: async () => (await import('../exports/junit.ts')).renderJunit,
    loadCheck: async () => (await import('../exports/junit.ts')).renderCheckJunit,
  },
  prometheus: {
    load: async () => (await import('../exports/prometheus.ts')).renderPrometheus,
    loadCheck: async () => (await import('../exports/prometheus.ts')).renderPrometheus,
  },
  otlp: {
    load: async () => (await import('../exports/otlp.ts')).renderOtlp,
    loadCheck: async () => (await import('../exports/otlp.ts')).renderOtlp,
  },
  hlog: {
    load: async () => (await import('../exports/hlog.ts')).renderHlog,
    loadCheck: 'a check stores no histograms: use csv, which contains the percentiles of each session',
    withoutReplies: 'without replies there are no latencies: use csv, which contains all metrics',
  },
  'github-benchmark-smaller': {
    load: async () => (await import('../exports/github-benchmark.ts')).renderSmallerIsBetter,
    loadCheck: RELATIVE,
  },
  'github-benchmark-bigger': {
    load: async () => (await import('../exports/github-benchmark.ts')).renderBiggerIsBetter,
    loadCheck: RELATIVE,
  },
  bencher: {
    load: async () => (await import('../exports/bencher.ts')).renderBencher,
    loadCheck: RELATIVE,
  },
} as const satisfies Record<string, RendererEntry>;

export type Format = keyof typeof renderers;

export const formats = Object.keys(renderers) as Format[];

/** Returns why a format has nothing of a check, and what to use instead; undefined when it can render one. */
export function whyNotForChecks(format: Format): string | undefined {
  const { loadCheck }: RendererEntry = renderers[format];
  return typeof loadCheck === 'string' ? loadCheck : undefined;
}

/** Returns the same of a run that only uploads or downloads. */
export function whyNotWithoutReplies(format: Format): string | undefined {
  const { withoutReplies }: RendererEntry = renderers[format];
  return withoutReplies;
}

/**
 * Renders a saved result as a document of the given format.
 * @throws {ConfigurationError} when the format has nothing of such a result; says what to use instead.
 */
export async function render(format: Format, saved: Saved, options: RenderOptions): Promise<string> {
  const { load, loadCheck }: RendererEntry = renderers[format];
  if (saved.schema !== CHECK_SCHEMA) return (await load())(saved, options);
  if (typeof loadCheck === 'string') throw new ConfigurationError([`${format}: ${loadCheck}`]);
  return (await loadCheck())(saved, options);
}

/** Reports whether a format can show two results side by side. */
export function showsPairs(format: Format): boolean {
  const entry: RendererEntry = renderers[format];
  return entry.loadPair !== undefined;
}

/**
 * Renders two results side by side.
 * @param format one that {@link showsPairs}.
 */
export async function renderPair(
  format: Format,
  a: NamedResult,
  b: NamedResult,
  options: RenderOptions,
): Promise<string> {
  const { loadPair }: RendererEntry = renderers[format];
  if (loadPair === undefined) throw new RangeError(`${format} shows no two results`);
  return (await loadPair())(a, b, options);
}
