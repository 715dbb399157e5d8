import type { Block, ReportDocument, Section } from '../document/report-document.ts';
import { element, escapeMarkup } from '../text/markup.ts';
import { blockMarkup } from './blocks.ts';
import { markerDefinitions } from './charts/marker.ts';
import { contentPolicy } from './content-policy.ts';

/** Texts of files that a page contains. */
export interface PageAssets {
  readonly styles: string;
  readonly script: string;
  /** For pages with charts that can be zoomed: uPlot, its style sheet, and the script that uses it. */
  readonly plot: { readonly styles: string; readonly library: string; readonly script: string };
}

/**
 * Returns a document as an HTML page that is complete in itself: it loads nothing and runs only its own scripts. Pure.
 */
export function renderPage(document: ReportDocument, assets: PageAssets): string {
  const isInteractive = document.sections.some(({ blocks }) => blocks.some(isInteractiveChart));
  const styles = [...(isInteractive ? [assets.plot.styles] : []), assets.styles];
  const scripts = [assets.script, ...(isInteractive ? [assets.plot.library, assets.plot.script] : [])];
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${escapeMarkup(contentPolicy(scripts, styles))}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    // An empty icon: browsers would otherwise request /favicon.ico of a page that is served.
    '<link rel="icon" href="data:,">',
    element('title', {}, escapeMarkup(`${document.title} – sockbench`)),
    ...styles.map((text) => `<style>${text}</style>`),
    '<body>',
    '<a class="skip" href="#page-main">Skip to the report</a>',
    markerDefinitions(),
    contents(document),
    '<main id="page-main" tabindex="-1">',
    header(document),
    ...document.sections.map((section) => sectionMarkup(section, document)),
    '</main>',
    ...scripts.map((text) => `<script>${text}</script>`),
    '</html>\n',
  ].join('\n');
}

function isInteractiveChart(block: Block): boolean {
  return block.kind === 'chart' && block.chart.kind === 'lines' && block.chart.interactive;
}

function header({ title, subtitle }: ReportDocument): string {
  const lines = subtitle.map((line) => element('p', {}, escapeMarkup(line)));
  return element('header', {}, element('h1', {}, escapeMarkup(title)), ...lines);
}

function contents({ sections }: ReportDocument): string {
  const items = sections.map(({ id, title }) =>
    element('li', {}, element('a', { href: `#${id}` }, escapeMarkup(title))),
  );
  return element(
    'nav',
    { class: 'contents', 'aria-label': 'Contents' },
    element('details', { open: '' }, element('summary', {}, 'Contents'), element('ol', {}, ...items)),
  );
}

function sectionMarkup({ id, title, blocks }: Section, { identities }: ReportDocument): string {
  return element(
    'section',
    { id, 'aria-labelledby': `${id}-title` },
    element('h2', { id: `${id}-title` }, escapeMarkup(title)),
    ...blocks.map((block) => blockMarkup(block, identities)),
  );
}
