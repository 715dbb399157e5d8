import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import type { MeasurementEvent } from '../../../bench/model/event.ts';
import { packageRoot } from '../../../bench/model/package.ts';
import type { Saved } from '../../../reports/files/saved.ts';
import { initialState, type LiveState, reduce } from '../live-state.ts';
import type { Watcher } from '../watcher.ts';
import { messagesOf, snapshotOf } from './message.ts';
import { PageClient } from './page-client.ts';
import { CONTENT_SECURITY_POLICY, SHELL } from './shell.ts';

const HOST = '127.0.0.1';
/** 128 bits. */
const TOKEN_BYTES = 16;
const MAX_CLIENTS = 16;
/** How long the program waits for browsers that show the page to fetch the report. */
const REPORT_WAIT_MS = 10_000;
/** How long a browser that closed its stream may take to ask for the report: some close it before they do. */
const LEAVING_MS = 1000;

/** For all replies: they are for pages of this server only, and for no cache. */
const HEADERS = {
  'Cache-Control': 'no-store',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
} as const;

const { resolve } = createRequire(import.meta.url);
/** What the page consists of, besides its own text: types and contents. */
const FILES: Readonly<Record<string, readonly [type: string, read: () => string]>> = {
  'live.js': ['text/javascript', () => readFileSync(new URL('live.js', browserFiles()), 'utf8')],
  'live.css': ['text/css', () => readFileSync(new URL('live.css', browserFiles()), 'utf8')],
  'uplot.js': ['text/javascript', () => readFileSync(resolve('uplot/dist/uPlot.iife.min.js'), 'utf8')],
  'uplot.css': ['text/css', () => readFileSync(resolve('uplot/dist/uPlot.min.css'), 'utf8')],
};

/**
 * A page on this machine that shows a measurement while it runs, and its report at the end. Only those who know the
 * token in its URL get anything. While nothing is connected, an event costs no more than keeping the state.
 */
export class LivePage implements Watcher {
  readonly #server = createServer((request, response) => this.#serve(request, response));
  readonly #token = randomBytes(TOKEN_BYTES).toString('base64url');
  readonly #reportOf: (result: Saved) => Promise<string>;
  readonly #clients = new Map<string, PageClient>();
  /** Clients that are to fetch the report, and those of them that are doing so. */
  readonly #waiting = new Set<string>();
  readonly #fetching = new Set<string>();
  #begin = performance.now();
  #fetched: () => void = () => undefined;
  #lastClient = 0;
  #state: LiveState = initialState;
  #report: string | undefined;
  #port = 0;

  private constructor(reportOf: (result: Saved) => Promise<string>) {
    this.#reportOf = reportOf;
  }

  /**
   * @param port 0: any that is free.
   * @param reportOf returns the report as an HTML document.
   * @throws {Error} of listen(2).
   */
  static async open(port: number, reportOf: (result: Saved) => Promise<string>): Promise<LivePage> {
    const page = new LivePage(reportOf);
    page.#server.listen(port, HOST);
    await once(page.#server, 'listening');
    page.#port = (page.#server.address() as AddressInfo).port;
    return page;
  }

  get url(): string {
    return `http://${HOST}:${this.#port}/${this.#token}/`;
  }

  event(event: MeasurementEvent): void {
    if (event.event === 'started') this.#begin = performance.now();
    this.#state = reduce(this.#state, event);
    if (this.#clients.size === 0) return;
    const messages = messagesOf(event, this.#state);
    for (const client of this.#clients.values()) client.send(messages);
  }

  async close(result: Saved | undefined): Promise<void> {
    if (result !== undefined && this.#clients.size > 0) {
      this.#report = await this.#reportOf(result);
      await this.#untilFetched();
    }
    this.#server.close();
    this.#server.closeAllConnections();
  }

  /** Waits until every browser that is connected has the report, is gone, or does not come for it. */
  async #untilFetched(): Promise<void> {
    for (const id of this.#clients.keys()) this.#waiting.add(id);
    if (this.#waiting.size === 0) return;
    await new Promise<void>((fetched) => {
      const timer = setTimeout(fetched, REPORT_WAIT_MS);
      this.#fetched = () => {
        clearTimeout(timer);
        fetched();
      };
      for (const client of this.#clients.values()) client.send([{ kind: 'report' }]);
    });
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    const { host = '' } = request.headers;
    const [path = '', query = ''] = (request.url ?? '').split('?');
    const [, token = '', name = ''] = /^\/([^/]*)\/(.*)$/.exec(path) ?? [];
    // A page of another site can make its own name point here: DNS rebinding. Its requests have its name as host.
    const isOurs = [HOST, 'localhost'].some((known) => host === `${known}:${this.#port}`);
    if (!isOurs || !isEqual(token, this.#token)) end(response, 403, 'the URL is not the one that sockbench printed');
    else if (request.method !== 'GET') end(response, 405, 'only GET is supported', { Allow: 'GET' });
    else if (name === '') this.#send(response, 'text/html; charset=utf-8', SHELL, CONTENT_SECURITY_POLICY);
    else if (name === 'events') this.#stream(response);
    else if (name === 'report') this.#sendReport(response, new URLSearchParams(query).get('client') ?? '');
    else this.#sendFile(response, name);
  }

  #send(response: ServerResponse, type: string, body: string, policy?: string): void {
    response.writeHead(200, { ...HEADERS, 'Content-Type': type, ...(policy && { 'Content-Security-Policy': policy }) });
    response.end(body);
  }

  #sendFile(response: ServerResponse, name: string): void {
    const [type, read] = (Object.hasOwn(FILES, name) ? FILES[name] : undefined) ?? [];
    if (type === undefined || read === undefined) end(response, 404, 'there is no such file');
    else this.#send(response, type, read());
  }

  #stream(response: ServerResponse): void {
    if (this.#clients.size >= MAX_CLIENTS) {
      end(response, 503, 'too many pages are open');
      return;
    }
    response.writeHead(200, { ...HEADERS, 'Content-Type': 'text/event-stream' });
    const id = String(++this.#lastClient);
    const snapshot = () => snapshotOf(this.#state, (performance.now() - this.#begin) / 1000);
    const client = new PageClient(id, response, snapshot);
    this.#clients.set(id, client);
    client.sendSnapshot();
    if (this.#report !== undefined) {
      this.#waiting.add(id);
      client.send([{ kind: 'report' }]);
    }
    response.on('close', () => {
      this.#clients.delete(id);
      setTimeout(() => {
        if (!this.#fetching.has(id)) this.#left(id);
      }, LEAVING_MS).unref();
    });
  }

  /** Ends the wait for a client that has the report, or is gone. */
  #left(id: string): void {
    this.#waiting.delete(id);
    if (this.#waiting.size === 0) this.#fetched();
  }

  #sendReport(response: ServerResponse, id: string): void {
    if (this.#report === undefined) {
      end(response, 404, 'the measurement has not ended');
      return;
    }
    this.#fetching.add(id);
    response.on('close', () => this.#left(id));
    // The report has a policy of its own.
    this.#send(response, 'text/html; charset=utf-8', this.#report);
  }
}

/** Files for browsers are published as they are, and not built. */
function browserFiles(): URL {
  return new URL('scripts/live/page/browser/', packageRoot());
}

/** Compares in a time that does not depend on where texts differ. */
function isEqual(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

function end(
  response: ServerResponse,
  status: number,
  text: string,
  more: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { ...HEADERS, ...more, 'Content-Type': 'text/plain' });
  response.end(`${text}\n`);
}
