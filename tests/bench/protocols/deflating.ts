import { expect } from 'vitest';
import { NO_REQUEST } from '../../../bench/load/protocols/protocol.ts';
import { type WebSocketExchange, WebSocketProtocol } from '../../../bench/load/protocols/websocket.ts';
import { parseSizes } from '../../../bench/model/message-sizes.ts';
import { latin, scope, take } from './talk.ts';
import { upgraded } from './websocket-frames.ts';

/** Returns a protocol that offers compression. */
export function deflating(sizes = '20', more: Partial<WebSocketExchange> = {}): WebSocketProtocol {
  const exchange = { host: 'a', path: '/', sizes: parseSizes(sizes), text: false, deflate: true, ...more };
  return new WebSocketProtocol(exchange, scope);
}

/** Returns a protocol whose connection 0 is open. @param extensions those of the answer; undefined for none. */
export function open(sizes?: string, extensions?: string, more?: Partial<WebSocketExchange>): WebSocketProtocol {
  const protocol = deflating(sizes, more);
  expect(take(protocol, latin(upgraded(protocol, 0, extensions)), NO_REQUEST)).toEqual({ events: 'ready' });
  return protocol;
}
