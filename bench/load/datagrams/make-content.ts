import type { LoadState } from '../ledger/load-state.ts';
import type { Outstanding } from '../ledger/outstanding.ts';
import type { ClientProtocol } from '../protocols/protocol.ts';
import type { Assignment } from '../threads/assignment.ts';
import type { DatagramContent } from './content.ts';
import { EchoDatagrams } from './echo-datagrams.ts';
import { ProtocolDatagrams } from './protocol-datagrams.ts';

/** Creates the content of a thread's datagrams. @param places how many requests its outbox holds. */
export function makeContent(
  { protocol: spec, point, firstConnection, streamKey }: Assignment,
  protocol: ClientProtocol,
  state: LoadState,
  outstanding: Outstanding,
  places: number,
): DatagramContent {
  const scope = { connections: point.connections, firstConnection, streamKey };
  if (spec.kind === 'echo') return new EchoDatagrams(spec.sizes, places, scope);
  return new ProtocolDatagrams(protocol, places, outstanding, state);
}
