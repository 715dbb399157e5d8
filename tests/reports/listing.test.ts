import { describe, expect, test } from 'vitest';
import { type Listing, renderListing } from '../../reports/renderers/listing.ts';
import { type ListedModel, refusals } from '../../reports/tables/carrying.ts';
import { type AppName, appNames } from '../../servers/apps/app-catalog.ts';
import { type ModelName, modelNames, whyNotCarried } from '../../servers/model-catalog.ts';
import { transportNames } from '../../servers/transport.ts';

function listingOf(models: readonly ListedModel[], apps: readonly AppName[]): Listing {
  return {
    models: models.map((model) => ({ ...model, summary: `serves as ${model.name} does` })),
    apps: apps.map((name) => ({ name, summary: `does ${name}` })),
    workloads: [{ name: 'upload', summary: 'sends' }],
  };
}

const few = listingOf(
  [{ name: 'epoll', reason: 'no libc' }, { name: 'balanced' }, { name: 'cluster' }, { name: 'async' }],
  ['echo', 'websocket', 'chat-operator'],
);

test('a listing consists of names, a table, and the reasons for its gaps', () => {
  expect(renderListing(few, { color: false, width: 100 })).toBe(`Models
  epoll          serves as epoll does
                 not available here: no libc
  balanced       serves as balanced does
  cluster        serves as cluster does
  async          serves as async does

Apps
  echo           does echo
  websocket      does websocket
  chat-operator  does chat-operator

Workloads
  upload         sends

What each model serves: t: over tcp, u: over udp, s: over tls, x: over unix, ·: not over that one,
–: not served, *: not available here

model     echo  websocket  chat-operator
epoll*    tu·x  –          –
balanced  t··x  t··x       –
cluster   tusx  t·sx       –
async     tusx  t·sx       t·sx

What is not served, and why
  over udp       websocket, chat-operator: not supported over udp
  over udp       balanced: datagrams belong to no connection that could be assigned to one server
  over tls       epoll: TLS needs Node's own streams, and this model makes system calls itself
  over tls       balanced: the balancer forwards bytes; TLS would be between the servers behind it
                 and the clients
  websocket      epoll: websocket needs connections that are Node's own streams
  chat-operator  epoll: chat-operator needs sessions that may send at any time, not only in reply
  chat-operator  balanced, cluster: chat-operator needs to run in the process that has the terminal,
                 in its main thread
`);
});

test('apps that do not fit beside each other are in several tables', () => {
  const text = renderListing(few, { color: false, width: 24 });
  const heads = text.split('\n').filter((line) => line.startsWith('model '));
  expect(heads.map((line) => line.split(/ +/))).toEqual([
    ['model', 'echo'],
    ['model', 'websocket'],
    ['model', 'chat-operator'],
  ]);
  const all = listingOf(
    modelNames.map((name) => ({ name })),
    appNames,
  );
  for (const width of [60, 80, 100]) {
    const lines = renderListing(all, { color: false, width }).split('\n');
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(width);
    const titles = lines.filter((line) => line.startsWith('model ')).flatMap((line) => line.split(/ +/).slice(1));
    expect(titles).toEqual(appNames);
  }
});

describe('reasons for gaps', () => {
  const listed = refusals(modelNames, appNames);
  /** Returns the models that a refusal applies to. */
  const models = (why: string): ModelName[] => {
    const [names = ''] = why.split(': ');
    const but = names.replace('all models except ', '').split(', ');
    return modelNames.filter((name) => but.includes(name) !== names.startsWith('all models except '));
  };

  test('appear once each', () => {
    const reasons = listed.map(({ what, why }) => `${what}: ${why.slice(why.indexOf(': '))}`);
    expect(new Set(reasons).size).toBe(reasons.length);
  });

  test('appear for every gap, and for nothing else', () => {
    for (const transport of transportNames) {
      for (const app of appNames) {
        for (const model of modelNames) {
          const why = whyNotCarried(model, app, transport);
          const given = listed.filter((refusal) => {
            const all =
              refusal.what === `over ${transport}` && refusal.why.endsWith(`: not supported over ${transport}`);
            if (all) return refusal.why.split(/[:,] /).includes(app);
            return [app, `over ${transport}`].includes(refusal.what) && models(refusal.why).includes(model);
          });
          if (why === undefined) expect(given, `${model}, ${app}, ${transport}`).toEqual([]);
          else if (why.endsWith(`not available over ${transport}`)) expect(given[0]?.why).toContain(app);
          else expect(given.map(({ why }) => why).join(), `${model}, ${app}, ${transport}`).toContain(why);
        }
      }
    }
  });
});
