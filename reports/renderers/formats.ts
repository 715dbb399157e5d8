import { CHECK_SCHEMA, type CheckResult } from '../../bench/model/check-result.ts';
import type { Saved } from '../files/saved.ts';
import type { NamedResult } from '../text/pair-heading.ts';
import type { PairRenderer, Renderer, RenderOptions } from './renderer.ts';

interface RendererEntry {
  /** Imports the renderer on first use, so that listing the formats loads nothing. */
  readonly load: () => Promise<Renderer>;
  /** The same for a regression check. */
  readonly loadCheck: () => Promise<Renderer<CheckResult>>;
  /** The same for two results side by side; absent where the format has no such report. */
  readonly loadPair?: () => Promise<PairRenderer>;
}

/** Every report format, by name. To add one: write `renderers/NAME.ts` and an entry here. */
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
} as const satisfies Record<string, RendererEntry>;

export type Format = keyof typeof renderers;

export const formats = Object.keys(renderers) as Format[];

/** Renders a saved result as a document of the given format. */
export async function render(format: Format, saved: Saved, options: RenderOptions): Promise<string> {
  const { load, loadCheck }: RendererEntry = renderers[format];
  return saved.schema === CHECK_SCHEMA ? (await loadCheck())(saved, options) : (await load())(saved, options);
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
