import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { onTestFinished } from 'vitest';
import { chromiumPath } from '../../../scripts/lab/pictures/chromium.ts';

/** A page in a browser, with what went wrong in it so far. */
export interface OpenPage {
  readonly page: Page;
  /** Errors, violations of the content policy and requests for anything but the page itself. */
  readonly faults: readonly string[];
}

/** One browser for a file of tests, and pages in it that are closed when their test finishes. */
export class TestBrowser {
  readonly #browser: Browser;
  readonly #directory = mkdtempSync(join(tmpdir(), 'sockbench-pages-'));
  #pages = 0;

  private constructor(browser: Browser) {
    this.#browser = browser;
  }

  static async launch(): Promise<TestBrowser> {
    const executablePath = chromiumPath();
    if (executablePath === undefined) throw new Error('there is no chromium');
    return new TestBrowser(await chromium.launch({ executablePath }));
  }

  async close(): Promise<void> {
    await this.#browser.close();
    rmSync(this.#directory, { recursive: true });
  }

  /** Opens a document as a file, as users do. */
  async open(markup: string, options: BrowserContextOptions = {}): Promise<OpenPage> {
    const file = join(this.#directory, `${this.#pages++}.html`);
    writeFileSync(file, markup);
    const address = pathToFileURL(file).href;
    const context = await this.#browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
    onTestFinished(() => context.close());
    const page = await context.newPage();
    const faults: string[] = [];
    page.on('pageerror', (error) => faults.push(`error: ${error.message}`));
    // Violations of the content policy are reported on the console.
    page.on('console', (message) => faults.push(`${message.type()}: ${message.text()}`));
    page.on('request', (request) => {
      if (![address, 'data:,'].includes(request.url())) faults.push(`request: ${request.url()}`);
    });
    await page.goto(address);
    return { page, faults };
  }
}
