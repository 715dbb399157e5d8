import type { Result } from '../bench/model/result.ts';
import type { Renderer, RenderOptions } from './renderer.ts';

interface RendererEntry {
  readonly summary: string;
  /** Imports the renderer when it is needed: listing formats costs nothing. */
  readonly load: () => Promise<Renderer>;
}

/** Every report format, by name. To add one: write `renderers/NAME.ts` and an entry here. */
const renderers = {
  terminal: {
    summary: 'tables and sentences for people',
    load: async () => (await import('./renderers/terminal.ts')).renderTerminal,
  },
  json: {
    summary: 'everything that was measured, for programs',
    load: async () => (await import('./renderers/json.ts')).renderJson,
  },
} as const satisfies Record<string, RendererEntry>;

export type Format = keyof typeof renderers;

export const formats = Object.keys(renderers) as Format[];

/** A result as a document of that format. */
export async function render(format: Format, result: Result, options: RenderOptions): Promise<string> {
  const renderer: Renderer = await renderers[format].load();
  return renderer(result, options);
}
