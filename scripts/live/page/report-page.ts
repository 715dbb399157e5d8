import type { Saved } from '../../../reports/files/saved.ts';
import { render } from '../../../reports/renderers/formats.ts';

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** Returns the report of a result as an HTML document. */
export async function reportPage(result: Saved): Promise<string> {
  const text = await render('terminal', result, { color: false, width: 100 });
  const escaped = text.replace(/[&<>]/g, (character) => ESCAPES[character] ?? '');
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>sockbench</title>',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'"></head>`,
    `<body><pre>${escaped}</pre></body></html>\n`,
  ].join('\n');
}
