import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults, RunOptions } from 'axe-core';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chartTable } from '../../../reports/document/chart-table.ts';
import type { ReportDocument } from '../../../reports/document/report-document.ts';
import { readSaved } from '../../../reports/files/reader.ts';
import { readPageAssets } from '../../../reports/page/assets.ts';
import { renderPage } from '../../../reports/page/page.ts';
import { documentOf } from '../../../reports/sections/result-document.ts';
import { whyMissing } from '../../requirements.ts';
import { sampleDocument } from '../page/sample-document.ts';
import { samples } from '../sections/fixtures.ts';
import { TestBrowser } from './browser.ts';

const documents: readonly (readonly [string, ReportDocument])[] = [
  ['every kind of block and chart', sampleDocument],
  ['a search', documentOf(samples.searches)],
  ['a check', documentOf(samples.check)],
];
const others: readonly (readonly [string, ReportDocument])[] = [
  ['a comparison', documentOf(readSaved('tests/golden/bench.json'))],
  ['one load', documentOf(samples.run)],
  ['a sweep', documentOf(samples.sweep)],
];
const assets = readPageAssets();
const sample = renderPage(sampleDocument, assets);

describe.skipIf(whyMissing('chromium'))('report pages in Chromium', () => {
  let browser: TestBrowser;
  beforeAll(async () => {
    browser = await TestBrowser.launch();
  });
  afterAll(() => browser?.close());

  test.each([...documents, ...others])(
    '%s: loads without an error, a request or a violation of its policy',
    async (_, report) => {
      const { page, faults } = await browser.open(renderPage(report, assets));
      expect(await page.title()).toBe(`${report.title} – sockbench`);
      expect(await drawnCharts(page)).toEqual(chartIds(report).map((id) => ({ id: `chart-${id}`, isDrawn: true })));
      expect(await tableTexts(page)).toEqual(expectedTexts(report));
      expect(faults).toEqual([]);
    },
  );

  test.each(documents)('%s: fits a phone, and what it shows there meets WCAG A and AA', async (_, report) => {
    const { page } = await browser.open(renderPage(report, assets), { colorScheme: 'light' });
    await page.setViewportSize({ width: 375, height: 800 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(375);
    expect(await violations(page)).toEqual([]);
  });

  test('dark colours are others, and meet WCAG A and AA, too', async () => {
    const { page } = await browser.open(sample, { colorScheme: 'light' });
    const light = await background(page);
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await background(page)).not.toBe(light);
    expect(await violations(page)).toEqual([]);
  });

  test('texts of results are neither executed nor able to disguise what follows them', async () => {
    const { page, faults } = await browser.open(sample);
    expect(await page.locator('#verdict li').last().textContent()).toContain('<script>document.title');
    expect(await page.locator('#failures p').textContent()).toBe('safe\\u202egnp.exe\\x07');
    expect(await page.title()).not.toBe('run');
    expect(faults).toEqual([]);
  });

  test('the keyboard reaches the skip link, the contents, sorting, plots and series', async () => {
    const { page } = await browser.open(sample);
    const reached = await tabStops(page);
    expect(reached[0]).toBe('a.skip');
    for (const stop of ['a', 'button.theme', 'button.copy', 'button.sort', 'div.plot', 'summary']) {
      expect(reached).toContain(stop);
    }
    await page.locator('a.skip').focus();
    await page.keyboard.press('Enter');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('page-main');
  });

  test('arrow keys read the values of a plot aloud, and a hidden series has none', async () => {
    const { page } = await browser.open(sample);
    const figure = page.locator('#chart-seconds');
    await figure.locator('.plot').focus();
    await page.keyboard.press('ArrowRight');
    expect(await figure.locator('[aria-live=polite]').textContent()).toMatch(
      /^Time: 0 s\. epoll 137k\/s, io-uring \d+k\/s, nonblocking \d+k\/s$/,
    );
    await page.keyboard.press('End');
    expect(await figure.locator('[aria-live=polite]').textContent()).toMatch(/^Time: 59 s\. epoll/);
    const series = figure.locator('.legend button').first();
    await series.click();
    expect(await series.getAttribute('aria-pressed')).toBe('false');
  });

  test('dragging zooms a plot, and a double click resets it', async () => {
    const { page, faults } = await browser.open(sample);
    const plot = page.locator('#chart-seconds .u-over');
    await plot.scrollIntoViewIfNeeded();
    const { x = 0, y = 0, width = 0 } = (await plot.boundingBox()) ?? {};
    const whole = await pixels(page);
    await page.mouse.move(x + width * 0.4, y + 50);
    await page.mouse.down();
    await page.mouse.move(x + width * 0.6, y + 60);
    await page.mouse.up();
    await expect.poll(() => pixels(page)).not.toBe(whole);
    await plot.dblclick();
    await expect.poll(() => pixels(page)).toBe(whole);
    expect(faults).toEqual([]);
  });

  test('the head of a column sorts the rows of each group, and back', async () => {
    const { page } = await browser.open(sample);
    const table = page.locator('.table table');
    const names = () => table.locator('tbody').first().locator('tr:not(.group) th').allTextContents();
    const order = await names();
    const sort = table.getByRole('button', { name: 'p99' });
    await sort.click();
    expect(await table.locator('[aria-sort]').getAttribute('aria-sort')).toBe('descending');
    expect((await names())[0]).toBe('iterative');
    // A cell without a value stays last in both directions.
    expect((await names()).at(-1)).toBe('event-driven');
    await sort.click();
    expect(await names()).toEqual([...order.filter((name) => name !== 'event-driven'), 'event-driven']);
  });

  test('a button changes the colours, and another copies the command', async () => {
    const { page } = await browser.open(sample, { colorScheme: 'light' });
    const before = await background(page);
    await page.locator('button.theme').click();
    expect(await background(page)).not.toBe(before);
    await page.locator('button.copy').click();
    await expect.poll(() => page.locator('button.copy').textContent()).toMatch(/Copied|Selected/);
  });

  test('print shows images in place of plots, in light colours', async () => {
    const { page } = await browser.open(sample, { colorScheme: 'dark' });
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    expect(await background(page)).toBe('rgb(255, 255, 255)');
    expect(await page.locator('.plot:visible').count()).toBe(0);
    expect(await page.locator('#chart-spectrum > svg.wide:visible').count()).toBe(1);
  });

  test('without scripts, images stand in place of plots', async () => {
    const { page } = await browser.open(sample, { javaScriptEnabled: false });
    expect(await page.locator('figure > svg.wide:visible').count()).toBe(4);
    expect(await page.locator('button').count()).toBe(0);
  });
});

function charts({ sections }: ReportDocument) {
  return sections.flatMap(({ blocks }) => blocks.flatMap((block) => (block.kind === 'chart' ? [block.chart] : [])));
}

function chartIds(report: ReportDocument): string[] {
  return charts(report).map(({ id }) => id);
}

/** Returns the cells of the table of each chart, as they must be in the page. */
function expectedTexts(report: ReportDocument): string[][] {
  return charts(report).map((chart) =>
    chartTable(chart).groups.flatMap(({ rows }) => rows.flatMap((row) => row.map(({ text }) => text))),
  );
}

function tableTexts(page: Page): Promise<string[][]> {
  return page.evaluate(() =>
    [...document.querySelectorAll('figure details')].map((details) =>
      [...details.querySelectorAll('tbody tr:not(.group) > *')].map(({ textContent }) => textContent ?? ''),
    ),
  );
}

/** Reports of each chart whether it shows something: shapes with a size, or pixels of several colours. */
function drawnCharts(page: Page): Promise<{ id: string; isDrawn: boolean }[]> {
  return page.evaluate(() => {
    const hasPixels = (canvas: HTMLCanvasElement) => {
      const { data } = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height) ?? { data: [] };
      return new Set(new Uint32Array(Uint8Array.from(data).buffer)).size > 10;
    };
    const hasShapes = (figure: Element) =>
      [...figure.querySelectorAll('svg use, svg rect')].some((shape) => shape.getBoundingClientRect().width > 0);
    return [...document.querySelectorAll('figure')].map((figure) => {
      const canvas = figure.querySelector('canvas');
      return { id: figure.id, isDrawn: canvas === null ? hasShapes(figure) : hasPixels(canvas) };
    });
  });
}

function background(page: Page): Promise<string> {
  return page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
}

function pixels(page: Page): Promise<string> {
  return page.locator('#chart-seconds canvas').evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL());
}

/** Presses Tab until the focus leaves the page. @returns the kinds of elements that had it. */
async function tabStops(page: Page): Promise<string[]> {
  const stops: string[] = [];
  for (let presses = 0; presses < 300; presses++) {
    await page.keyboard.press('Tab');
    const stop = await page.evaluate(() => {
      const element = document.activeElement;
      if (element === null || element === document.body) return null;
      return [element.localName, ...element.classList].join('.');
    });
    if (stop === null) break;
    stops.push(stop);
  }
  return stops;
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Returns the rules of WCAG 2 A and AA that a page violates, each with its first place. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const found = await page.evaluate(() => {
    const { axe } = globalThis as unknown as { axe: { run(options: RunOptions): Promise<AxeResults> } };
    return axe.run({ runOnly: ['wcag2a', 'wcag2aa'], resultTypes: ['violations'] });
  });
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html} ${nodes[0]?.failureSummary}`);
}
