import type { MessageSizes } from '../../model/message-sizes.ts';
import { EchoProtocol } from './echo.ts';
import { type HttpExchange, HttpProtocol } from './http.ts';
import { PerTargetProtocol } from './per-target.ts';
import type { PlugInSpec } from './plug-in/plug-in.ts';
import type { ClientProtocol } from './protocol.ts';
import { type RedisExchange, RedisProtocol } from './redis.ts';
import type { ProtocolScope } from './scope.ts';
import type { Script } from './script/exchange.ts';
import { ScriptProtocol } from './script.ts';
import { type WebSocketExchange, WebSocketProtocol } from './websocket.ts';

/** What the clients of a load exchange with the server. Plain data, so that it can be passed to a thread. */
export type ProtocolSpec =
  | { readonly kind: 'echo'; readonly sizes: MessageSizes }
  | { readonly kind: 'http'; readonly exchange: HttpExchange }
  | { readonly kind: 'websocket'; readonly exchange: WebSocketExchange }
  | { readonly kind: 'redis'; readonly exchange: RedisExchange }
  | { readonly kind: 'script'; readonly script: Script }
  /** One for each of several targets, all of the same kind. */
  | { readonly kind: 'per-target'; readonly specs: readonly ProtocolSpec[] }
  | PlugInSpec;

/**
 * Creates the client's side of a protocol of the project.
 * @throws {RangeError} for an invalid exchange.
 * @throws {TypeError} for a plug-in, which load-protocol.ts loads.
 */
export function makeProtocol(spec: ProtocolSpec, scope: ProtocolScope): ClientProtocol {
  if (spec.kind === 'plug-in') throw new TypeError('a plug-in has to be loaded');
  if (spec.kind === 'http') return new HttpProtocol(spec.exchange, scope);
  if (spec.kind === 'websocket') return new WebSocketProtocol(spec.exchange, scope);
  if (spec.kind === 'redis') return new RedisProtocol(spec.exchange, scope);
  if (spec.kind === 'script') return new ScriptProtocol(spec.script, scope);
  if (spec.kind === 'per-target')
    return new PerTargetProtocol(
      spec.specs.map((each) => makeProtocol(each, scope)),
      scope,
    );
  return new EchoProtocol(spec.sizes, scope);
}
