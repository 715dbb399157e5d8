import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { LivePage } from '../../../scripts/live/page/live-page.ts';
import { EventSource, fetched } from '../../cli/event-source.ts';
import { result } from '../../reports/results.ts';
import { started, trialEvents } from './events.ts';

/** Opens a page on any port, which is closed with the test. */
async function opened(): Promise<LivePage> {
  const page = await LivePage.open(0, async ({ plan }) => `<p>report of ${'command' in plan ? plan.command : 'check'}`);
  onTestFinished(() => page.close(undefined));
  return page;
}

test('only the URL with the token is served, to its own host, and only for GET', async () => {
  const { url } = await opened();
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[\w-]{22}\/$/);
  const { origin, port, pathname } = new URL(url);
  const statusOf = async (...request: Parameters<typeof fetched>) => (await fetched(...request)).status;
  expect(await statusOf(url)).toBe(200);
  expect(await statusOf(url, { headers: { Host: `localhost:${port}` } })).toBe(200);
  for (const path of ['/', '//', '/wrong/', `${pathname.slice(0, -2)}/`, '/events', `/x${pathname}`, '/%', '/?a=b']) {
    expect(await statusOf(`${origin}/`, { path }), path).toBe(403);
  }
  for (const host of ['rebound.example', `rebound.example:${port}`, '127.0.0.1', `127.0.0.1:${port}.example`]) {
    expect(await statusOf(url, { headers: { Host: host } }), host).toBe(403);
  }
  for (const method of ['POST', 'HEAD', 'OPTIONS']) expect(await statusOf(url, { method }), method).toBe(405);
  for (const name of ['live.js', 'live.css', 'uplot.js', 'uplot.css'])
    expect(await statusOf(`${url}${name}`)).toBe(200);
  for (const name of ['x', 'x/live.js', 'constructor', 'report']) expect(await statusOf(`${url}${name}`)).toBe(404);
});

test('the page allows nothing but its own files, and no other site may read it', async () => {
  const { url } = await opened();
  const { headers, body } = await fetched(url, { headers: { Origin: 'https://other.example' } });
  expect(headers['content-security-policy']).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
  expect(headers['access-control-allow-origin']).toBeUndefined();
  expect(headers).toMatchObject({ 'cross-origin-resource-policy': 'same-origin', 'cache-control': 'no-store' });
  expect(body).not.toMatch(/<script>|<style|style=|onload/);
});

test('a browser gets a snapshot whenever it connects, then each change, and the report at the end', async () => {
  const page = await opened();
  const early = await EventSource.open(page.url);
  await early.until('progress');
  for (const event of [started(), ...trialEvents(1, 0)]) page.event(event);
  await early.until('board');
  const late = await EventSource.open(page.url);
  await late.until('board');
  expect(late.id).not.toBe(early.id);
  expect(early.received.map((messages) => messages.map(({ kind }) => kind))).toEqual([
    ['progress', 'notes', 'chart', 'chart'],
    ['progress', 'notes', 'chart', 'chart'],
    ...[['progress'], ['progress'], ['progress', 'point', 'point'], ['progress', 'notes', 'board']],
  ]);
  expect(late.received.map((messages) => messages.map(({ kind }) => kind))).toEqual([
    ['progress', 'notes', 'chart', 'chart', 'board'],
  ]);
  const closed = page.close(result());
  // A browser that comes now gets the report, too.
  const last = await EventSource.open(page.url);
  for (const source of [early, late, last]) {
    await source.until('report');
    const { status, body } = await fetched(`${page.url}report?client=${source.id}`);
    expect({ status, body }).toEqual({ status: 200, body: '<p>report of bench' });
  }
  await closed;
  await expect(fetched(page.url)).rejects.toThrow(/ECONNREFUSED|hang up/);
});

test('the end waits for no browser where none is connected, or each has gone', async () => {
  await (await opened()).close(result());
  const page = await opened();
  const source = await EventSource.open(page.url);
  const closed = page.close(result());
  await source.until('report');
  source.close();
  await closed;
});

test('no more than a number of browsers are served', async () => {
  const { url } = await opened();
  for (let i = 0; i < 16; i++) await EventSource.open(url);
  expect((await fetched(`${url}events`)).status).toBe(503);
});

test('bytes that are no request end their connection alone', async () => {
  const { url } = await opened();
  const { port } = new URL(url);
  const socket = connect(Number(port), '127.0.0.1').resume();
  socket.write('GET\r\n\r\n');
  await once(socket, 'close');
  expect((await fetched(url)).status).toBe(200);
});
