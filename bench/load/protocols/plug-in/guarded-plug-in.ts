import { seedOf } from '../../../../servers/random/streams.ts';
import { ContractError } from '../contract-error.ts';
import { GuardedProtocol } from '../guarded.ts';
import type { ClientProtocol } from '../protocol.ts';
import type { ProtocolScope } from '../scope.ts';
import { loadPlugIn, type PlugInSpec } from './plug-in.ts';

/**
 * Loads a plug-in, and creates its protocol behind a guard.
 * @throws {ContractError} when it cannot be used, or when its file is not the one that was specified.
 */
export async function guardedPlugIn(
  spec: PlugInSpec,
  { connections, firstConnection, streamKey }: ProtocolScope,
): Promise<ClientProtocol> {
  const plugIn = await loadPlugIn(spec.url, spec.options);
  if (plugIn.spec.sha256 !== spec.sha256) {
    throw new ContractError(`${plugIn.file} was changed during the run: start it again`);
  }
  const protocol = plugIn.create({ connections, firstConnection, seed: seedOf('request content', streamKey) });
  return new GuardedProtocol(protocol, connections, plugIn.file);
}
