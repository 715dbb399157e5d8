import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import type { Picture } from './take-pictures.ts';

const PROGRAM = fileURLToPath(new URL('../../sockbench.js', import.meta.url));
/** A run that is long enough to be caught in the middle. */
const RUN = [
  'bench',
  '--models',
  'epoll,io-uring,event-driven,async',
  '-c',
  '16,64',
  '--transports',
  'tcp',
  '-d',
  '6s',
];
/** The row of the first server with 64 connections: two tables have a head, and the first has four servers. */
const ROW = 6;
const VIEWPORT = { width: 1280, height: 900 };

/**
 * Measures a few servers, and takes a picture of the live page meanwhile.
 * @param executablePath of Chromium.
 * @param directory of the picture.
 * @throws {Error} when the measurement ends first.
 */
export async function takeLivePicture(executablePath: string, directory: string): Promise<Picture> {
  const run = spawn(process.execPath, [PROGRAM, ...RUN, '--live', '--no-config'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = once(run, 'exit');
  const browser = await chromium.launch({ executablePath });
  try {
    const page = await browser.newPage({ viewport: VIEWPORT });
    await page.goto(await addressOf(run.stderr));
    const picture = join(directory, 'live-page.png');
    mkdirSync(directory, { recursive: true });
    await page.locator('#boards tr').nth(ROW).waitFor({ timeout: 120_000 });
    return { picture, bytes: (await page.screenshot({ path: picture })).length };
  } finally {
    await browser.close();
    run.kill('SIGINT');
    await ended;
  }
}

/** Returns the URL that the program prints on stderr. */
async function addressOf(stderr: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface({ input: stderr })) {
    const [, url] = /^live page: (\S+)/.exec(line) ?? [];
    if (url !== undefined) return url;
  }
  throw new Error('the measurement ended before it served a page');
}
