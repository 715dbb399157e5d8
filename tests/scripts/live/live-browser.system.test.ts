import { chromium } from 'playwright-core';
import { expect, onTestFinished, test } from 'vitest';
import { render } from '../../../reports/renderers/formats.ts';
import { chromiumPath } from '../../../scripts/lab/pictures/chromium.ts';
import { LivePage } from '../../../scripts/live/page/live-page.ts';
import { result } from '../../reports/results.ts';
import { whyMissing } from '../../requirements.ts';
import { started, trialEvents } from './events.ts';

/** Returns what is drawn on a canvas; empty text when nothing is. The browser evaluates it. */
const DRAWN = `(canvas) => {
  const blank = Object.assign(document.createElement('canvas'), { width: canvas.width, height: canvas.height });
  return canvas.toDataURL() === blank.toDataURL() ? '' : canvas.toDataURL();
}`;

test.skipIf(whyMissing('chromium'))(
  'a browser draws charts as they grow, breaks no policy, and ends with the report',
  async () => {
    const live = await LivePage.open(0, (saved) => render('html', saved, { color: false, width: 100 }));
    onTestFinished(() => live.close(undefined));
    const browser = await chromium.launch({ executablePath: chromiumPath() ?? '' });
    onTestFinished(() => browser.close());
    const page = await browser.newPage({ viewport: { width: 375, height: 800 } });
    const faults: string[] = [];
    // Violations of the policy are reported as errors, too.
    page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
    page.on('pageerror', (error) => faults.push(String(error)));
    const requested: string[] = [];
    page.on('request', (request) => requested.push(request.url()));

    await page.goto(live.url);
    const hostile = { target: '<img src=x onerror=alert(1)>' };
    for (const event of [started(), ...trialEvents(1, 0, hostile), ...trialEvents(2, 2, { connections: 4 })])
      live.event(event);
    await page.getByText('bench, trial 2 of 4').waitFor();
    const names = await page.locator('figure').evaluateAll((all) => all.map((each) => each.getAttribute('data-chart')));
    expect(names).toEqual(['rate', 'latency', 'curve echo over tcp']);
    const pixels = (chart: string) =>
      page.evaluate(`(${DRAWN})(document.querySelector('[data-chart="${chart}"] canvas'))`);
    const before = await pixels('rate');
    expect(before).not.toBe('');
    expect(await pixels('latency')).not.toBe('');
    await expect(page.locator('td', { hasText: hostile.target }).count()).resolves.toBe(1);
    expect(await page.locator('img').count()).toBe(0);
    const wide = await page.evaluate('document.documentElement.scrollWidth > innerWidth');
    expect(wide, 'the page scrolls sideways at the width of a phone').toBe(false);

    for (const event of trialEvents(3, 4)) live.event(event);
    await page.getByText('trial 3 of 4').waitFor();
    expect(await pixels('rate')).not.toBe(before);
    const closed = live.close(result());
    await page.waitForURL(/report\?client=\d+$/);
    await closed;
    expect(await page.content()).toContain('event-driven');
    expect(faults).toEqual([]);
    expect(requested.filter((url) => !url.startsWith(live.url))).toEqual([]);
  },
);
