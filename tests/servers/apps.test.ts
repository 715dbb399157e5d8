import { describe, expect, test } from 'vitest';
import type { StreamSession } from '../../servers/apps/app.ts';
import { type AppEntry, type AppName, appNames, apps } from '../../servers/apps/app-catalog.ts';
import { CollectedReply } from '../../servers/node/collected-reply.ts';
import { loadApp, loadDatagramApp, loadStreamApp, UnsupportedByAppError } from '../../servers/served.ts';
import type { WorkSpec } from '../../servers/work/spec.ts';

/** A conversation with an app without a socket, which returns the replies of each call. */
class Talk {
  readonly session: StreamSession;
  readonly #reply = new CollectedReply();

  private constructor(session: StreamSession) {
    this.session = session;
  }

  static async with(app: AppName): Promise<Talk> {
    return new Talk((await loadStreamApp({ app })).stream());
  }

  open(): { sent: string; ended: boolean } {
    this.session.open?.(this.#reply);
    return this.#taken();
  }

  /** The bytes are inside a larger buffer; the app must not read the bytes around them. */
  receive(text: string): { sent: string; ended: boolean } {
    const bytes = Buffer.from(`\n${text}\n`);
    this.session.receive(bytes, 1, bytes.length - 1, this.#reply);
    return this.#taken();
  }

  finish(): { sent: string; ended: boolean } {
    this.session.finish?.(this.#reply);
    return this.#taken();
  }

  #taken(): { sent: string; ended: boolean } {
    const { parts, ended } = this.#reply.take();
    return { sent: Buffer.concat(parts).toString('latin1'), ended };
  }
}

async function answerTo(app: AppName, datagram: string): Promise<string[]> {
  const reply = new CollectedReply();
  const bytes = Buffer.from(datagram);
  (await loadDatagramApp({ app })).datagram(bytes, 0, bytes.length, reply);
  return reply.take().parts.map((part) => Buffer.from(part).toString());
}

const silence = { sent: '', ended: false };

const work = { parts: [{ share: 1, cpuNanos: 0, ioNanos: 0 }], cacheHit: 0, requestBytes: null };

describe.each(appNames)('%s', (name) => {
  const { transports, needs = [], protocol, page, withoutWork }: AppEntry = apps[name];
  const adopts = needs.includes('node-streams');
  const declared = {
    stream: transports.includes('tcp') && !adopts,
    datagram: transports.includes('udp'),
    adopt: adopts,
  };
  const provided = async (work?: WorkSpec) => {
    const { stream, datagram, adopt } = await loadApp({ app: name, work });
    return { stream: stream !== undefined, datagram: datagram !== undefined, adopt: adopt !== undefined };
  };

  test('can serve what its entry declares, and nothing else', async () => {
    expect(await provided()).toEqual(declared);
  });

  test.skipIf(adopts)('can serve the same when its requests have a cost', async () => {
    expect(await provided(work)).toEqual(declared);
  });

  test('gives the reason why its requests have no cost, if a library answers them', () => {
    if (adopts) expect(withoutWork).toEqual(expect.any(String));
  });

  test('declares its page if and only if it speaks HTTP', () => {
    expect(page !== undefined).toBe(protocol === 'HTTP');
  });
});

describe('loading an app fails when', () => {
  test.each([
    ['it takes no datagrams', () => loadDatagramApp({ app: 'greeting' }), 'greeting takes no datagrams'],
    ['it needs Node’s streams', () => loadStreamApp({ app: 'websocket' }), "a model with Node's own streams"],
    ['a library answers its requests', () => loadApp({ app: 'websocket', work }), "websocket can't be given work"],
  ])('%s', async (_, load, message) => {
    const failure = await load().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(UnsupportedByAppError);
    expect((failure as Error).message).toContain(message);
  });
});

test('each app declares the workload that it can be measured with, or none', () => {
  expect(Object.fromEntries(appNames.map((name) => [name, apps[name].workload]))).toMatchObject({
    echo: 'request-response',
    websocket: 'request-response',
    discard: 'upload',
    chargen: 'download',
    greeting: null,
    'greeting-once': null,
    ack: null,
    'chat-operator': null,
    chat: 'broadcast',
    http: 'request-response',
  });
});

test('discard sends nothing', async () => {
  const talk = await Talk.with('discard');
  expect([talk.open(), talk.receive('hello\n'), talk.finish()]).toEqual([silence, silence, silence]);
  expect(await answerTo('discard', 'hello')).toEqual([]);
});

describe('greeting', () => {
  test('sends first, and ends the conversation after one read', async () => {
    const talk = await Talk.with('greeting');
    expect(talk.open()).toEqual({ sent: 'Hello from server', ended: false });
    expect(talk.receive('hel')).toEqual({ sent: '', ended: true });
  });

  test('sends nothing when the peer finishes', async () => {
    const talk = await Talk.with('greeting');
    talk.open();
    expect(talk.finish()).toEqual(silence);
  });
});

test('greeting-once greets and ends', async () => {
  const talk = await Talk.with('greeting-once');
  expect(talk.open()).toEqual({ sent: 'Hello from server', ended: true });
});

describe('ack', () => {
  test.each([['hello\n'], ['Hello, Server!'], ['\n'], ['h'], ['one\ntwo\n']])(
    'acknowledges %j, and ends',
    async (message) => {
      const talk = await Talk.with('ack');
      expect(talk.open()).toEqual(silence);
      expect(talk.receive(message)).toEqual({ sent: 'ACK', ended: true });
    },
  );

  test('sends nothing to a client that finishes without a message', async () => {
    expect((await Talk.with('ack')).finish()).toEqual(silence);
  });

  test('acknowledges each datagram, whatever it contains', async () => {
    for (const datagram of ['', 'hello', 'a\nb\n']) expect(await answerTo('ack', datagram)).toEqual(['ACK']);
  });
});

describe('chargen', () => {
  const line = (characters: string) => `${characters}\r\n`;

  test('sends the pattern of RFC 864, which repeats without a gap', async () => {
    const { session } = await Talk.with('chargen');
    const reply = new CollectedReply();
    for (let i = 0; i < 2; i++) session.produce?.(reply);
    const { parts, ended } = reply.take();
    expect(ended).toBe(false);
    const lines = Buffer.concat(parts)
      .toString('latin1')
      .split(/(?<=\n)/);
    // As printed in the RFC, except for line 0, which starts with the space at the start of the ring.
    expect(lines.slice(0, 3)).toEqual([
      line(' !"#$%&\'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefg'),
      line('!"#$%&\'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefgh'),
      line('"#$%&\'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghi'),
    ]);
    expect(lines[94]).toBe(line('~ !"#$%&\'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdef'));
    expect(lines.length % 95).toBe(0);
    expect(lines.filter((text, i) => text !== lines[i % 95])).toEqual([]);
  });

  test('sends pieces of at least 64 KiB, so that the kernel does most of the work', async () => {
    const reply = new CollectedReply();
    (await Talk.with('chargen')).session.produce?.(reply);
    expect(reply.take().parts[0]?.length).toBeGreaterThanOrEqual(65_536);
  });

  test('answers a datagram with 0 to 512 characters', async () => {
    const app = await loadDatagramApp({ app: 'chargen' });
    const reply = new CollectedReply();
    for (let i = 0; i < 5000; i++) app.datagram(Buffer.alloc(0), 0, 0, reply);
    const lengths = new Set(reply.take().parts.map((part) => part.length));
    expect([Math.min(...lengths), Math.max(...lengths)]).toEqual([0, 512]);
  });
});
