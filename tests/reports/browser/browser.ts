import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { onTestFinished } from 'vitest';
import { chromiumPath } from '../../../scripts/lab/pictures/chromium.ts';

/** A page in a browser, with what went wrong in it so far. */
export interface OpenPage {
  readonly page: Page;
  /** Errors, violations of the content policy and requests for anything but the page itself. */
  readonly faults: readonly string[];
}

/** What differs between the pages of tests. */
interface PageOptions {
  readonly colorScheme?: 'light' | 'dark';
  readonly javaScriptEnabled?: boolean;
}

/**
 * One browser for a file of tests, and a page in it that shows the document of the current test. A page of its own for
 * each test would take a new process, and twice the CPU time.
 */
export class TestBrowser {
  readonly #browser: Browser;
  readonly #directory = mkdtempSync(join(tmpdir(), 'sockbench-pages-'));
  #documents = 0;
  #page: Page | undefined;

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
  async open(markup: string, { colorScheme, javaScriptEnabled = true }: PageOptions = {}): Promise<OpenPage> {
    const file = join(this.#directory, `${this.#documents++}.html`);
    writeFileSync(file, markup);
    const address = pathToFileURL(file).href;
    const page = javaScriptEnabled ? await this.#sharedPage() : await this.#pageWithoutScripts();
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.emulateMedia({ media: null, colorScheme: colorScheme ?? null });
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

  async #sharedPage(): Promise<Page> {
    this.#page ??= await this.#browser.newPage();
    const page = this.#page;
    onTestFinished(() => {
      for (const event of ['pageerror', 'console', 'request']) page.removeAllListeners(event);
    });
    return page;
  }

  async #pageWithoutScripts(): Promise<Page> {
    const page = await this.#browser.newPage({ javaScriptEnabled: false });
    onTestFinished(() => page.close());
    return page;
  }
}
