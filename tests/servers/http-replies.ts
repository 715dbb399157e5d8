import { CollectedReply } from '../../servers/node/collected-reply.ts';
import { loadStreamApp } from '../../servers/served.ts';

const app = await loadStreamApp({ app: 'http' });

/** The server's replies on one connection, with each Date replaced by `Date: now`. */
export interface Replies {
  readonly text: string;
  readonly ended: boolean;
}

/** Returns the http app's replies to these pieces, each passed inside a larger buffer; then, on request, to FIN. */
export function converse(pieces: readonly string[], { finish = false } = {}): Replies {
  const session = app.stream();
  const reply = new CollectedReply();
  let text = '';
  for (const piece of pieces) {
    const bytes = Buffer.from(`x${piece}x`, 'latin1');
    session.receive(bytes, 1, bytes.length - 1, reply);
    const { parts, ended } = reply.take();
    text += Buffer.concat(parts).toString('latin1');
    if (ended) return { text: undated(text), ended };
  }
  if (finish) session.finish?.(reply);
  const { parts, ended } = reply.take();
  return { text: undated(text + Buffer.concat(parts).toString('latin1')), ended };
}

/** Checks that each date is that of now, within two seconds, and replaces it. @throws {Error} when it is not. */
function undated(text: string): string {
  return text.replaceAll(/^Date: (.*)\r$/gm, (_, date: string) => {
    const age = Date.now() - Date.parse(date);
    if (!(age > -1 && age < 2000) || new Date(Date.parse(date)).toUTCString() !== date) {
      throw new Error(`Date: ${date} is not of now`);
    }
    return 'Date: now\r';
  });
}

/** Returns the status codes of all replies, in order. Bodies of this server contain no status line. */
export function statuses({ text }: Replies): number[] {
  return [...text.matchAll(/^HTTP\/1\.1 (\d{3}) /gm), ...text.matchAll(/World!HTTP\/1\.1 (\d{3}) /g)]
    .sort((a, b) => a.index - b.index)
    .map(([, status]) => Number(status));
}
