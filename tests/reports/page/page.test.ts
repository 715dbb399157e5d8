import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Block, ReportDocument } from '../../../reports/document/report-document.ts';
import { readSaved } from '../../../reports/files/reader.ts';
import { readPageAssets } from '../../../reports/page/assets.ts';
import { COLORS } from '../../../reports/page/charts/series-style.ts';
import { renderPage } from '../../../reports/page/page.ts';
import { prose, unbrokenWords } from '../../../reports/page/prose.ts';
import { documentOf } from '../../../reports/sections/result-document.ts';
import { escapeMarkup } from '../../../reports/text/markup.ts';
import { samples } from '../sections/fixtures.ts';
import { HOSTILE, sampleDocument } from './sample-document.ts';

const assets = { styles: 'p{color:red}', script: 'a()', plot: { styles: 'b{}', library: 'c()', script: 'd()' } };
const page = renderPage(sampleDocument, assets);

function matches(markup: string, pattern: RegExp): string[] {
  return [...markup.matchAll(pattern)].map(([, found = '']) => found);
}

test('markup in texts is text, and what could disguise it is visible', () => {
  expect(escapeMarkup(`<b a="1" b='2'>&`)).toBe('&lt;b a=&quot;1&quot; b=&#39;2&#39;&gt;&amp;');
  expect(escapeMarkup('a\u202eb\u0000\u001b[2J\u2028')).toBe('a\\u202eb\\x00\\x1b[2J\\u2028');
});

test('every text of a document is escaped', () => {
  expect(page).toContain(escapeMarkup(HOSTILE));
  expect(page).not.toContain('<img');
  expect(page).not.toContain('onerror="');
  expect(matches(page, /(<script[^>]*>)/g)).toEqual([
    ...['<script type="application/json">', '<script type="application/json">'],
    ...['<script>', '<script>', '<script>'],
  ]);
});

test('data for scripts cannot end its element', () => {
  const chart = { kind: 'lines', id: 'x', title: HOSTILE, caption: '', interactive: true, rules: [] } as const;
  const axis = { name: HOSTILE, unit: 'number', scale: 'linear' } as const;
  const series = [{ name: HOSTILE, points: [{ x: 1, y: 2, doubt: HOSTILE }] }];
  const blocks = [{ kind: 'chart', chart: { ...chart, x: axis, y: axis, series } }] as const;
  const [data = ''] = matches(
    renderPage({ ...sampleDocument, sections: [{ id: 's', title: '', blocks }] }, assets),
    /<script type="application\/json">(.*?)<\/script>/g,
  );
  expect(data).not.toContain('<');
  expect(JSON.parse(data).series[0].name).toBe(HOSTILE);
});

test('data for scripts has no marks that change the writing direction', () => {
  const axis = { name: 'x', unit: 'number', scale: 'linear' } as const;
  const series = [{ name: 'a', points: [{ x: 1, y: 2 }] }];
  const chart = {
    kind: 'lines',
    id: 'x',
    title: 'a\u202eb',
    caption: '',
    interactive: true,
    x: axis,
    y: axis,
    series,
  } as const;
  const page = renderPage(
    { ...sampleDocument, sections: [{ id: 's', title: '', blocks: [{ kind: 'chart', chart }] }] },
    assets,
  );
  expect(page).not.toContain('\u202e');
});

test('the policy allows the scripts and style sheets of the page by their hashes, and nothing else', () => {
  const [policy = ''] = matches(page, /Content-Security-Policy" content="([^"]*)"/g);
  const hashes = (element: string) =>
    matches(page, new RegExp(`<${element}>(.*?)</${element}>`, 'gs')).map(
      (text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`,
    );
  expect(policy.replaceAll('&#39;', "'").split('; ')).toEqual([
    "default-src 'none'",
    `script-src ${hashes('script').join(' ')}`,
    `style-src ${hashes('style').join(' ')}`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ]);
  expect(page).not.toMatch(/\sstyle=|\son\w+=["']?\w+\(/);
});

test('colours are those of the style sheet alone', () => {
  expect(page).not.toMatch(/(?:fill|stroke|color)="?(?:#|rgb|[a-z]+["\s>])/);
});

test('a page without charts to zoom contains no plotting library', () => {
  const check = renderPage({ ...sampleDocument, sections: sampleDocument.sections.slice(0, 2) }, assets);
  expect(check).not.toContain('c()');
});

test.each<[string, ReportDocument]>([
  ['of every kind of block', sampleDocument],
  ['of a comparison', documentOf(readSaved('tests/golden/bench.json'))],
])('a page %s has unique ids, headings in order, and links to its sections', (_, document) => {
  const markup = renderPage(document, assets);
  const ids = matches(markup, /\sid="?([\w-]+)/g);
  expect(new Set(ids).size).toBe(ids.length);
  expect(matches(markup, /href="?#([\w-]+)/g).filter((id) => !ids.includes(id))).toEqual([]);
  const levels = matches(markup, /<h(\d)/g).map(Number);
  expect(levels[0]).toBe(1);
  expect(levels.filter((level, i) => level > (levels[i - 1] ?? 1) + 1)).toEqual([]);
});

test.each(Object.entries(samples))('every number in the page of %s is one', (_, saved) => {
  const markup = renderPage(documentOf(saved), assets);
  expect(/<[^>]*(?:NaN|Infinity|undefined)[^>]*>/.exec(markup)?.[0]).toBeUndefined();
});

test('sentences keep flags and amounts on one line, and names in backticks are code', () => {
  expect(prose('Use `run` with --server-cpus: 95 % in 12 ms, not 3 s or 5 sockets')).toBe(
    'Use <code>run</code> with <span class=word>--server-cpus</span>: 95\u00a0% in 12\u00a0ms, not 3\u00a0s or 5 sockets',
  );
  expect(unbrokenWords("run --rate 5 '<b>'")).toBe('run <span class=word>--rate</span> 5 &#39;&lt;b&gt;&#39;');
});

/** Returns the contrast of two colours. Web Content Accessibility Guidelines 2.2, "contrast ratio". */
function contrast(a: string, b: string): number {
  const luminance = (color: string) => {
    const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
      const part = Number.parseInt(color.slice(at, at + 2), 16) / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [dark = 0, light = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
}

test('each colour of an identity has the contrast of 3 that graphics need, in light and dark', () => {
  const css = readFileSync('reports/page/browser/colors.css', 'utf8');
  const pair = (name: string) =>
    [...(new RegExp(`--${name}: light-dark\\((#\\w{6}), (#\\w{6})\\)`).exec(css) ?? [])].slice(1);
  for (const [scheme, page = ''] of pair('page').entries()) {
    for (let i = 0; i < COLORS; i++) expect(contrast(pair(`c${i}`)[scheme] ?? '', page)).toBeGreaterThanOrEqual(3);
  }
});

test('the files of a page are complete, and end no element', () => {
  const { styles, script, plot } = readPageAssets();
  for (const text of [styles, script, plot.styles, plot.library, plot.script]) {
    expect(text.length).toBeGreaterThan(1000);
    expect(text).not.toMatch(/<\/(?:script|style)/i);
  }
  expect(plot.library).toMatch(/^\/\*!.*uPlot/);
});

test('a page of five more loads on 14 models stays below 400 kB', () => {
  const loads = ['udp', 'cpu', 'io', 'http', 'unix'].map((load) => ({
    id: load,
    title: load,
    blocks: sampleDocument.sections.flatMap(({ blocks }) =>
      blocks.flatMap((block): Block[] => {
        if (block.kind === 'table') return [block];
        if (block.kind !== 'chart' || !['leaderboard', 'spectrum'].includes(block.chart.id)) return [];
        return [{ ...block, chart: { ...block.chart, id: `${load}-${block.chart.id}` } }];
      }),
    ),
  }));
  const sections = [...sampleDocument.sections, ...loads];
  const size = Buffer.byteLength(renderPage({ ...sampleDocument, sections }, readPageAssets()));
  expect(size).toBeGreaterThan(200_000);
  expect(size).toBeLessThan(400_000);
});
