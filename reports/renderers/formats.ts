import { CHECK_SCHEMA, type CheckResult } from '../../bench/model/check-result.ts';
import type { Saved } from '../files/saved.ts';
import type { Renderer, RenderOptions } from './renderer.ts';

interface RendererEntry {
  /** Imports the renderer on first use, so that listing the formats loads nothing. */
  readonly load: () => Promise<Renderer>;
  /** The same for a regression check. */
  readonly loadCheck: () => Promise<Renderer<CheckResult>>;
}

/** Every report format, by name. To add one: write `renderers/NAME.ts` and an entry here. */
const renderers = {
  terminal: {
    load: async () => (await import('./terminal.ts')).renderTerminal,
    loadCheck: async () => (await import('./check.ts')).renderCheck,
  },
  json: {
    load: async () => (await import('./json.ts')).renderJson,
    loadCheck: async () => (await import('./json.ts')).renderJson,
  },
  html: {
    load: async () => (await import('./html.ts')).htmlRenderer(),
    loadCheck: async () => (await import('./html.ts')).htmlRenderer(),
  },
} as const satisfies Record<string, RendererEntry>;

export type Format = keyof typeof renderers;

export const formats = Object.keys(renderers) as Format[];

/** Renders a saved result as a document of the given format. */
export async function render(format: Format, saved: Saved, options: RenderOptions): Promise<string> {
  const { load, loadCheck }: RendererEntry = renderers[format];
  return saved.schema === CHECK_SCHEMA ? (await loadCheck())(saved, options) : (await load())(saved, options);
}
