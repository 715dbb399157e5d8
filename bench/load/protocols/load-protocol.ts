import { EchoProtocol } from './echo.ts';
import type { ProtocolSpec } from './make-protocol.ts';
import type { ClientProtocol } from './protocol.ts';
import type { ProtocolScope } from './scope.ts';

/**
 * Creates the client's side of any protocol for a thread's connections. A plug-in is loaded from its file, and guarded.
 * Protocols other than echo are loaded on demand: modules that a load does not use would delay the start of its threads.
 * @throws {RangeError} for an invalid exchange.
 * @throws {ContractError} when a plug-in cannot be used, or is not the one that was specified.
 */
export async function loadProtocol(spec: ProtocolSpec, scope: ProtocolScope): Promise<ClientProtocol> {
  if (spec.kind === 'echo') return new EchoProtocol(spec.sizes, scope);
  if (spec.kind === 'plug-in') {
    const { guardedPlugIn } = await import('./plug-in/guarded-plug-in.ts');
    return guardedPlugIn(spec, scope);
  }
  const { makeProtocol } = await import('./make-protocol.ts');
  return makeProtocol(spec, scope);
}
