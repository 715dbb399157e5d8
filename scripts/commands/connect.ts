import * as z from 'zod';
import { TargetError } from '../../bench/model/errors.ts';
import { EXIT } from '../../bench/model/exit-code.ts';
import { plain } from '../../reports/text/plain.ts';
import { exitNow } from '../../sockets/os/process.ts';
import { duration } from '../cli/amounts.ts';
import type { Command } from '../cli/command.ts';
import { text, toggle } from '../cli/flag-types.ts';
import type { Flags } from '../cli/flags.ts';
import { log } from '../cli/output.ts';
import { parseAddress } from '../flags/target-url.ts';
import { asTargetError, dial, inWords } from '../talk/dial.ts';
import type { Dialer, Peer } from '../talk/dialers/dialer.ts';
import { dialerFor } from '../talk/dialers/dialers.ts';
import { Display } from '../talk/display.ts';
import { linesOf } from '../talk/lines.ts';
import { choose, parsePick } from '../talk/menu.ts';
import { talk } from '../talk/talk.ts';

const schema = z.strictObject({
  pick: text().optional().meta({ description: 'Number of the target to use, if several are given [default: ask]' }),
  'no-newline': toggle().meta({ description: 'Send lines without their newline' }),
  timeout: duration().optional().meta({
    description:
      'Time limit for connecting, and for silence of the server after the end of input [default: 10s; over UDP 1s]',
  }),
});

type CommandFlags = Flags<z.output<typeof schema>>;

/** `sockbench connect`: a manual conversation. Any machine is allowed, because one connection is not a flood. */
export const connect: Command<typeof schema> = {
  name: 'connect',
  describe: 'Talk to a server by hand: send lines, and print what it sends',
  schema,
  positional: {
    name: 'target',
    describe: 'tcp://HOST:PORT, or udp, tls, ws, wss, unix:///PATH; several to choose from',
    several: true,
  },
  examples: [
    ['connect tcp://127.0.0.1:7000', 'type lines; Ctrl-D ends the conversation, Ctrl-C the program'],
    ['connect udp://[::1]:7000 < lines.txt', 'each line as a datagram; only replies go to stdout'],
    ['connect ws://127.0.0.1:7000', 'each line as a WebSocket message'],
    ['connect tcp://127.0.0.1:7000 udp://127.0.0.1:7000', 'choose one'],
  ],
  async run(flags, ...targets) {
    const { timeout: timeoutMs } = flags.values;
    if (timeoutMs === 0) flags.refuse('--timeout must be above zero');
    const pick = readPick(flags, targets);
    const peers = (await Promise.all(targets.map((target) => readPeer(flags, target)))).filter((peer) => !!peer);
    flags.assertNoFaults();
    process.once('SIGINT', () => exitNow(EXIT.interrupted));
    const chosen = pick ?? (await choose(targets.map(plain), process.stdin, log));
    const peer = chosen === undefined ? undefined : peers[chosen];
    if (peer === undefined) return EXIT.usage;
    const dialer = await dialerFor(peer.url);
    return converse(peer, dialer, flags.values['no-newline'], timeoutMs ?? dialer.timeoutMs);
  },
};

/** Reads --pick. @returns the index of the target; undefined when the user must be asked. */
function readPick(flags: CommandFlags, targets: readonly string[]): number | undefined {
  const { length } = targets;
  if (length === 0) flags.refuse('no target given: connect tcp://HOST:PORT');
  const pick = pickedOf(flags, length);
  if (pick !== undefined || length < 2) return pick ?? 0;
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    flags.refuse(`${length} targets, and no terminal to ask on: choose one with --pick 1 to ${length}`);
  }
  return undefined;
}

/** Parses --pick, whose range depends on the number of targets. Records a fault when it is outside. */
function pickedOf(flags: CommandFlags, targets: number): number | undefined {
  const { pick } = flags.values;
  try {
    return pick === undefined ? undefined : parsePick(pick, targets);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    flags.refuse(`--pick: ${error.message}`);
    return undefined;
  }
}

async function readPeer(flags: CommandFlags, target: string): Promise<Peer | undefined> {
  try {
    const peer = await parseAddress(target);
    await dialerFor(peer.url);
    return peer;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    flags.refuse(error.message);
    return undefined;
  }
}

/**
 * Holds the conversation.
 * @returns the exit code.
 * @throws {TargetError} when the connection fails, breaks, or is not closed in time.
 */
async function converse(peer: Peer, dialer: Dialer, bare: boolean, timeoutMs: number): Promise<number> {
  const { messages, closes } = dialer;
  const stream = await dial(peer, dialer, timeoutMs);
  const hint = process.stdin.isTTY ? '; Ctrl-D ends the conversation' : '';
  log(`${messages ? 'each line is a message to' : 'connected to'} ${peer.url}${hint}`);
  const { stdin, stdout } = process;
  const input = messages || bare ? linesOf(stdin, !bare) : stdin;
  try {
    const outcome = await talk(stream, input, new Display(stdout, stdout.isTTY === true), timeoutMs);
    if (outcome === 'closed') log(`closed by ${peer.url}`);
    else if (closes)
      throw new TargetError(`${peer.url} did not close within ${inWords(timeoutMs)}: wait longer with --timeout`);
    return EXIT.ok;
  } catch (error) {
    throw asTargetError(`the conversation with ${peer.url} broke`, error);
  } finally {
    // An open terminal would keep the program running until the next line.
    stdin.destroy();
  }
}
