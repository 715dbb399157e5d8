import { speaksHttp, speaksWebSocket } from '../../bench/model/app-workload.ts';
import { ConfigurationError } from '../../bench/model/errors.ts';
import { startHostOf } from '../../bench/run/host-target.ts';
import { needsTerminal } from '../../servers/apps/app-catalog.ts';
import type { ServerSpec } from '../../servers/contract.ts';
import { formatAddress, type SocketAddress } from '../../sockets/address.ts';
import { reachable, serve } from '../commands/serve.ts';
import type { ServeOptions } from './options.ts';
import { inTermsOfOptions, readOptions } from './read-options.ts';
import type { Server } from './server.ts';

/**
 * Starts a built-in server in its own process, which ends with this one.
 * @throws {ConfigurationError} with every fault of the options.
 * @throws {TargetError} when it does not start.
 */
export async function startServer(options: ServeOptions): Promise<Server> {
  const { model, spec } = await inTermsOfOptions(serve.schema, () => serve.plan(readOptions(serve, options)));
  if (needsTerminal(spec.app)) {
    throw new ConfigurationError([`app: ${spec.app} needs a terminal: start it with sockbench serve`]);
  }
  const { address, stop } = await startHostOf(model, spec, [], new AbortController().signal);
  return { address, url: urlOf(spec, address), close: stop, [Symbol.asyncDispose]: stop };
}

function urlOf(spec: Pick<ServerSpec, 'app' | 'transport'>, address: SocketAddress): string {
  const scheme = schemeOf(spec);
  return 'path' in address
    ? `${scheme}//${encodeURI(address.path)}`
    : `${scheme}//${formatAddress(reachable(address))}`;
}

function schemeOf({ app, transport }: Pick<ServerSpec, 'app' | 'transport'>): string {
  if (speaksHttp(app)) return { tcp: 'http:', tls: 'https:', unix: 'http+unix:', udp: 'udp:' }[transport];
  if (speaksWebSocket(app)) return { tcp: 'ws:', tls: 'wss:', unix: 'unix:', udp: 'udp:' }[transport];
  return `${transport}:`;
}
