import { ServiceError } from '../../bench/model/errors.ts';

/** https://docs.github.com/en/rest/about-the-rest-api/api-versions */
const VERSION = '2022-11-28';
/** Names of this machine, as `URL.hostname` has them. */
const LOOPBACK = ['127.0.0.1', '[::1]', 'localhost'];
const LIMIT_MS = 30_000;
/** Characters of a refusal's body that are shown. */
const SHOWN = 300;

/** A client of GitHub's REST API. The token goes to that address alone, and into no message. */
export class GitHubApi {
  readonly #base: string;
  readonly #token: string;

  /**
   * @param base such as `https://api.github.com`; other servers of GitHub Enterprise have a path.
   * @throws {RangeError} when the token would travel unencrypted beyond this machine.
   */
  constructor(base: string, token: string) {
    const url = URL.canParse(base) ? new URL(base) : undefined;
    if (url?.protocol !== 'https:' && !(url?.protocol === 'http:' && LOOPBACK.includes(url.hostname))) {
      throw new RangeError(`'${base}' is not an https:// address`);
    }
    this.#base = base.replace(/\/+$/, '');
    this.#token = token;
  }

  /**
   * @param path begins with `/`.
   * @returns the parsed answer.
   * @throws {ServiceError} when the call fails, with what GitHub says.
   */
  async call(method: 'GET' | 'POST' | 'PATCH', path: string, body?: object): Promise<unknown> {
    const what = `${method} ${this.#base}${path}`;
    const response = await fetch(`${this.#base}${path}`, {
      method,
      headers: {
        accept: 'application/vnd.github+json',
        authorization: `Bearer ${this.#token}`,
        'content-type': 'application/json',
        'x-github-api-version': VERSION,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      // A redirect would send the token to another address.
      redirect: 'error',
      signal: AbortSignal.timeout(LIMIT_MS),
    }).catch((error: unknown) => {
      throw new ServiceError(`${what}: no answer: ${reasonOf(error)}`, { cause: error });
    });
    const text = await response.text();
    if (!response.ok)
      throw new ServiceError(`${what}: ${response.status}: ${text.slice(0, SHOWN)}${adviceFor(response.status)}`);
    try {
      return JSON.parse(text);
    } catch (error) {
      throw new ServiceError(`${what}: the answer is not JSON: ${text.slice(0, SHOWN)}`, { cause: error });
    }
  }
}

function adviceFor(status: number): string {
  if (status === 401) return '; the token is not valid';
  if (status === 403) return '; the job needs the permission `pull-requests: write`';
  if (status === 404) return '; the repository or pull request does not exist, or the token may not see it';
  return '';
}

/** fetch() hides why it failed in the cause of its error. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
