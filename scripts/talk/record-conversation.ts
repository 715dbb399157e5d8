import { addAbortSignal } from 'node:stream';
import type { Conversation } from '../../bench/load/protocols/conformance/conversation.ts';
import { ConversationRecorder } from '../../bench/load/protocols/conformance/recorder.ts';
import type { ClientProtocol } from '../../bench/load/protocols/protocol.ts';
import { TargetError } from '../../bench/model/errors.ts';
import { asTargetError, dial, inWords } from './dial.ts';
import type { Dialer, Peer } from './dialers/dialer.ts';

/** The conversation to hold: its connection of the protocol, number of requests, and time limit in milliseconds. */
export interface ConversationPlan {
  readonly c: number;
  readonly requests: number;
  readonly timeoutMs: number;
}

/**
 * Sends requests of a protocol to a server, one after the other, and returns what it answered.
 * @throws {UnexpectedReply} when the protocol does not accept a reply, or the server closes the connection early.
 * @throws {ContractError} when the protocol violates its contract.
 * @throws {TargetError} when the connection fails, or the time is over.
 */
export async function recordConversation(
  peer: Peer,
  dialer: Dialer,
  protocol: ClientProtocol,
  { c, requests, timeoutMs }: ConversationPlan,
): Promise<Conversation> {
  const stream = await dial(peer, dialer, timeoutMs);
  const signal = AbortSignal.timeout(timeoutMs);
  const recorder = new ConversationRecorder(protocol, c, requests, (bytes) => stream.write(bytes));
  try {
    recorder.begin();
    for await (const bytes of addAbortSignal(signal, stream)) {
      recorder.receive(bytes);
      if (recorder.done) break;
    }
    recorder.finish();
    return recorder.conversation();
  } catch (error) {
    if (!signal.aborted) throw asTargetError(`the conversation with ${peer.url} broke`, error);
    const reason = `did not answer ${requests} requests within ${inWords(timeoutMs)}: wait longer with --timeout`;
    throw new TargetError(`${peer.url} ${reason}`, [], { cause: error });
  } finally {
    stream.destroy();
  }
}
