import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export const TOKEN = 'ghs_stand-in';
export const BOT = 'github-actions[bot]';

export interface StandInComment {
  readonly id: number;
  body: string;
  readonly login: string;
}

/** The calls of GitHub's REST API that a sticky comment needs, on loopback, for one pull request, number 7 of o/r. */
export class GitHubStandIn {
  readonly url: string;
  readonly comments: StandInComment[] = [];
  /** Open pull requests. */
  readonly pulls: { number: number; label: string; sha: string }[] = [];
  /** Methods and paths, in order. */
  readonly calls: string[] = [];

  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  static async start(): Promise<GitHubStandIn> {
    const server = createServer((request, response) => void standIn.#answer(request, response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const standIn = new GitHubStandIn(server);
    onTestFinished(() => standIn.stop());
    return standIn;
  }

  /** Listens no longer. */
  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  add(login: string, body: string): void {
    this.comments.push({ id: 1000 + this.comments.length, login, body });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '', this.url);
    this.calls.push(`${request.method} ${request.url}`);
    const body = JSON.parse((await request.toArray()).join('') || '{}');
    const [status, answer] =
      request.headers.authorization === `Bearer ${TOKEN}`
        ? this.#result(`${request.method} ${pathname}`, searchParams, body)
        : [401, { message: 'Bad credentials' }];
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  }

  #result(call: string, query: URLSearchParams, { body }: { readonly body?: string }): [number, unknown] {
    if (call === 'GET /repos/o/r/pulls') {
      const open = this.pulls.filter(({ label }) => label === query.get('head'));
      return [200, open.map(({ number, sha }) => ({ number, head: { sha } }))];
    }
    if (call === 'GET /repos/o/r/issues/7/comments') {
      const [each, page] = [Number(query.get('per_page')), Number(query.get('page'))];
      return [200, this.comments.slice((page - 1) * each, page * each).map((comment) => this.#shown(comment))];
    }
    if (call === 'POST /repos/o/r/issues/7/comments') {
      this.add(BOT, body ?? '');
      return [201, this.#shown(this.comments.at(-1))];
    }
    const edited = this.comments.find(({ id }) => call === `PATCH /repos/o/r/issues/comments/${id}`);
    if (edited === undefined) return [404, { message: 'Not Found' }];
    edited.body = body ?? '';
    return [200, this.#shown(edited)];
  }

  #shown(comment: StandInComment | undefined) {
    if (comment === undefined) return null;
    const { id, body, login } = comment;
    return { id, body, user: { login }, html_url: `https://github.invalid/o/r/pull/7#issuecomment-${id}` };
  }
}
