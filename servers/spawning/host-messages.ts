import type { SocketAddress } from '../../sockets/address.ts';
import type { ServerSpec } from '../contract.ts';

/** What passes between a host process (server-main.ts) and the process that starts it. */

/** What a host process runs. Plain data: it crosses to the process as JSON. */
export interface HostSpec extends ServerSpec {
  /** Name of a model. Not typed by the catalog, because models themselves start hosts. */
  readonly model: string;
  /** Pid of the process that starts the host, which the host must not outlive. */
  readonly parentPid: number;
}

/**
 * What a host process reports to its parent over IPC. First `ready` or `failed`. Then `ended` for each thread or
 * process of the server that ended unexpectedly, and `answer` to each {@link HOST_QUESTION}.
 */
export type HostMessage =
  | { readonly kind: 'ready'; readonly address: SocketAddress }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'ended'; readonly how: string }
  | { readonly kind: 'answer' };

/** Question to a host over IPC. It answers after reporting every end that it can know of by then. */
export const HOST_QUESTION = 'question';
