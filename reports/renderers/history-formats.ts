import type { History } from '../history/history.ts';
import type { RenderOptions } from './renderer.ts';

/** Turns a history into a document. @param skipped files that could not be read, each with the reason. */
type HistoryRenderer = (history: History, skipped: readonly string[], options: RenderOptions) => string;

/** The formats of a history; each is imported on first use. */
const renderers = {
  terminal: async () => (await import('./history.ts')).renderHistory,
  json: async () => (await import('../history/history-json.ts')).historyJson,
  html: async () => (await import('./history-page.ts')).historyPageRenderer(),
} as const satisfies Record<string, () => Promise<HistoryRenderer>>;

export type HistoryFormat = keyof typeof renderers;

export const historyFormats = Object.keys(renderers) as HistoryFormat[];

/** Returns the renderer of a format. */
export function historyRenderer(format: HistoryFormat): Promise<HistoryRenderer> {
  return renderers[format]();
}
