import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import type { Message } from '../../../scripts/live/page/message.ts';
import { PageClient } from '../../../scripts/live/page/page-client.ts';

/** A browser that reads on request. */
class Browser extends EventEmitter {
  readonly received: string[] = [];
  isReading = true;

  write(text: string): boolean {
    this.received.push(text);
    return this.isReading;
  }
}

const notes = (...texts: string[]): Message[] => [{ kind: 'notes', notes: texts }];

test('a browser that does not read gets no more, and a snapshot once it reads', () => {
  const browser = new Browser();
  let state = 'at first';
  const client = new PageClient('7', browser as unknown as ServerResponse, () => notes(state));
  client.sendSnapshot();
  client.send(notes('one'));
  browser.isReading = false;
  client.send(notes('two'));
  for (let i = 0; i < 1000; i++) client.send(notes('missed'));
  state = 'afterwards';
  browser.isReading = true;
  browser.emit('drain');
  client.send(notes('three'));
  const text = (kind: string, ...texts: string[]) => `${kind}data: ${JSON.stringify(notes(...texts))}\n\n`;
  expect(browser.received).toEqual([
    text('event: snapshot\nid: 7\n', 'at first'),
    ...[text('', 'one'), text('', 'two')],
    text('event: snapshot\nid: 7\n', 'afterwards'),
    text('', 'three'),
  ]);
});

test('a browser that missed nothing gets no snapshot', () => {
  const browser = new Browser();
  const client = new PageClient('7', browser as unknown as ServerResponse, () => notes());
  browser.isReading = false;
  client.sendSnapshot();
  browser.isReading = true;
  browser.emit('drain');
  expect(browser.received).toHaveLength(1);
});
