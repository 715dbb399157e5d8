import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { readSaved } from '../../../reports/files/reader.ts';
import { render } from '../../../reports/renderers/formats.ts';

/** What to take pictures of, and where they go. */
export interface PictureOrder {
  /** File of results. */
  readonly file: string;
  readonly directory: string;
  /** Id of a section; undefined for the beginning of the page. */
  readonly section: string | undefined;
}

export interface Picture {
  readonly picture: string;
  readonly bytes: number;
}

/** Sizes of pages in pixels, and how much of a page a picture shows at most. */
const SCREENS = { desktop: { width: 1280, height: 1000 }, phone: { width: 375, height: 1100 } };
/** Pixels around a section, and how much of it a picture shows at most. */
const MARGIN = 24;
const MAX_SECTION_HEIGHT = 1000;
const SCHEMES = ['light', 'dark'] as const;

/**
 * Takes four pictures of the report page of saved results.
 * @param executablePath of Chromium.
 * @returns the pictures; none when the report has no such section.
 * @throws {ResultFileError} when the file contains no results.
 */
export async function takePictures(executablePath: string, order: PictureOrder): Promise<Picture[]> {
  const saved = readSaved(order.file);
  const directory = mkdtempSync(join(tmpdir(), 'sockbench-pictures-'));
  const browser = await chromium.launch({ executablePath });
  try {
    const page = join(directory, 'report.html');
    writeFileSync(page, await render('html', saved, { color: false, width: 100 }));
    mkdirSync(order.directory, { recursive: true });
    const taken: Picture[] = [];
    for (const [screen, viewport] of Object.entries(SCREENS)) {
      for (const colorScheme of SCHEMES) {
        const opened = await open(browser, page, { viewport, colorScheme });
        const name = [basename(order.file, '.json'), order.section, screen, colorScheme];
        const picture = join(order.directory, `${name.filter(Boolean).join('-')}.png`);
        const bytes = await take(opened, picture, order.section);
        if (bytes !== undefined) taken.push({ picture, bytes });
      }
    }
    return taken;
  } finally {
    await browser.close();
    rmSync(directory, { recursive: true });
  }
}

async function open(browser: Browser, file: string, options: Parameters<Browser['newPage']>[0]): Promise<Page> {
  const page = await browser.newPage(options);
  await page.goto(pathToFileURL(file).href);
  return page;
}

/** @returns the size of the picture in bytes; undefined when the page has no such section. */
async function take(page: Page, path: string, section: string | undefined): Promise<number | undefined> {
  if (section === undefined) return (await page.screenshot({ path })).length;
  const part = page.locator(`section[id="${section}"]`);
  if ((await part.count()) === 0) return undefined;
  const { x, y, width, height } = (await part.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
  const clip = {
    ...{ x: Math.max(0, x - MARGIN), y, width: width + 2 * MARGIN },
    height: Math.min(height, MAX_SECTION_HEIGHT),
  };
  return (await page.screenshot({ path, clip, fullPage: true })).length;
}
