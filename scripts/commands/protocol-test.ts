import { readFileSync, writeFileSync } from 'node:fs';
import * as z from 'zod';
import { type ConformanceOutcome, conformanceOf } from '../../bench/load/protocols/conformance/conformance.ts';
import { bytesOf, type Conversation } from '../../bench/load/protocols/conformance/conversation.ts';
import { UnexpectedReply } from '../../bench/load/protocols/conformance/recorder.ts';
import { parseRecording, type Recording, recordingDocument } from '../../bench/load/protocols/conformance/recording.ts';
import { isContractError } from '../../bench/load/protocols/contract-error.ts';
import { GuardedProtocol } from '../../bench/load/protocols/guarded.ts';
import type { PlugIn } from '../../bench/load/protocols/plug-in/plug-in.ts';
import { ConfigurationError } from '../../bench/model/errors.ts';
import { EXIT } from '../../bench/model/exit-code.ts';
import { renderConformance } from '../../reports/renderers/conformance.ts';
import { jsonDocument } from '../../reports/text/json-document.ts';
import { streamOf } from '../../servers/random/streams.ts';
import { duration, seed } from '../cli/amounts.ts';
import type { Command } from '../cli/command.ts';
import { text, toggle } from '../cli/flag-types.ts';
import type { Flags } from '../cli/flags.ts';
import { mayColor, print, reportWidth } from '../cli/output.ts';
import { displayFlags } from '../flags/output.ts';
import { protocolOptionFlag, readPlugIn } from '../flags/protocol-file.ts';
import { parseAddress } from '../flags/target-url.ts';
import type { Peer } from '../talk/dialers/dialer.ts';
import { dialerFor } from '../talk/dialers/dialers.ts';
import { recordConversation } from '../talk/record-conversation.ts';

/** Connections and requests on each: enough for differences, and short enough to be cut at every byte. */
const CONVERSATIONS = 3;
const REQUESTS = 8;
const DAMAGES = 2000;

const schema = z.strictObject({
  target: text()
    .optional()
    .meta({ description: 'A server to get replies from: tcp://127.0.0.1:7000, or udp, tls, unix' }),
  recorded: text().optional().meta({ description: 'Replies of an earlier test: a file of --save' }),
  save: text().optional().meta({ description: 'With --target: write its replies to a file, for --recorded' }),
  ...protocolOptionFlag,
  timeout: duration().prefault('5s').meta({ description: 'Time limit of each conversation with --target' }),
  seed: seed().prefault('1').meta({ description: 'Seed of the damage' }),
  json: toggle().meta({ description: 'Print JSON, for programs' }),
  ...displayFlags,
});

type CommandFlags = Flags<z.output<typeof schema>>;

/** Where replies come from. */
type Source =
  | { readonly kind: 'server'; readonly peer: Peer }
  | { readonly kind: 'recording'; readonly name: string; readonly recording: Recording };

/** `sockbench protocol-test`: does a plug-in keep its contract? Any machine is allowed: a few requests are no flood. */
export const protocolTest: Command<typeof schema> = {
  name: 'protocol-test',
  describe: 'Test a protocol in a file of yours: cut, merge and damage what a server replies',
  schema,
  positional: { name: 'file', describe: 'A file for --protocol: ./mine.ts, .js or .mjs' },
  examples: [
    ['protocol-test examples/protocols/dns.ts', 'with the replies that the file contains'],
    ['protocol-test ./mine.ts --target tcp://127.0.0.1:7000', 'with replies of a server'],
    ['protocol-test ./mine.ts --target tcp://127.0.0.1:7000 --save replies.json', 'and keep them, for --recorded'],
  ],
  async run(flags, file) {
    if (file === undefined) flags.refuse('no file given: protocol-test ./mine.ts');
    const plugIn = file === undefined ? undefined : await readPlugIn(flags, file, 'the protocol');
    const source = plugIn && (await readSource(flags, plugIn));
    flags.assertNoFaults();
    if (plugIn === undefined || source === undefined) return EXIT.usage;
    const { outcomes, sample } = await tested(plugIn, source, flags.values);
    const { json, 'no-color': noColor } = flags.values;
    const result = { file: plugIn.file, sample, outcomes };
    const checks = outcomes.map((outcome) => ({ ...outcome, passed: outcome.fault === undefined }));
    print(
      json
        ? jsonDocument({ plugIn: { ...plugIn.exchange, url: undefined }, sample, checks })
        : renderConformance(result, { color: mayColor(process.stdout, noColor), width: reportWidth() }),
    );
    return checks.every(({ passed }) => passed) ? EXIT.ok : EXIT.regressed;
  },
};

/** Reads where replies come from. Returns undefined and records a fault when there are none. */
async function readSource(flags: CommandFlags, plugIn: PlugIn): Promise<Source | undefined> {
  const { target, recorded, save } = flags.values;
  if (target !== undefined && recorded !== undefined) flags.refuse('--recorded: leave it out, or --target');
  if (save !== undefined && target === undefined) flags.refuse('--save needs --target');
  if (target !== undefined) return readServer(flags, plugIn, target);
  if (recorded !== undefined) return readRecorded(flags, recorded);
  const { examples: conversations, datagrams, file } = plugIn;
  if (conversations.length > 0) return { kind: 'recording', name: file, recording: { datagrams, conversations } };
  flags.refuse(`${file} has no examples: give a server with --target, or a file with --recorded`);
  return undefined;
}

async function readServer(flags: CommandFlags, plugIn: PlugIn, target: string): Promise<Source | undefined> {
  try {
    const peer = await parseAddress(target);
    if (peer.app !== undefined) throw new RangeError(`${target} names a protocol: write tcp, udp, tls or unix`);
    if (plugIn.datagrams && peer.transport !== 'udp')
      throw new RangeError(`${plugIn.file} is for datagrams: write udp`);
    return { kind: 'server', peer };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    flags.refuse(`--target: ${error.message}`);
    return undefined;
  }
}

function readRecorded(flags: CommandFlags, file: string): Source | undefined {
  try {
    return { kind: 'recording', name: file, recording: parseRecording(readFileSync(file, 'utf8')) };
  } catch (error) {
    if (!(error instanceof RangeError || isSystemError(error))) throw error;
    flags.refuse(`--recorded: ${file}: ${error.message}`);
    return undefined;
  }
}

/** Gets replies and runs the checks with them. That a server's replies are accepted is a check, too. */
async function tested(
  plugIn: PlugIn,
  source: Source,
  { timeout, seed, save }: CommandFlags['values'],
): Promise<{ outcomes: ConformanceOutcome[]; sample: string }> {
  if (source.kind === 'recording') {
    const { recording, name } = source;
    return { outcomes: checked(plugIn, recording, seed), sample: sampleOf(recording.conversations, name) };
  }
  const { peer } = source;
  const talks = { check: 'server', claim: 'the server and the protocol understand each other' };
  const conversations: Conversation[] = [];
  const datagrams = peer.transport === 'udp';
  try {
    const dialer = await dialerFor(peer.url);
    const protocol = guarded(plugIn, CONVERSATIONS);
    for (let c = 0; c < CONVERSATIONS; c++) {
      const plan = { c, requests: REQUESTS, timeoutMs: timeout };
      conversations.push(await recordConversation(peer, dialer, protocol, plan));
    }
  } catch (error) {
    if (!(error instanceof UnexpectedReply || isContractError(error))) throw error;
    const fault = isContractError(error) && error.thrown ? `${error.message}\n${error.thrown}` : error.message;
    return { outcomes: [{ ...talks, fault }], sample: sampleOf(conversations, peer.url) };
  }
  if (save !== undefined) saveRecording(save, { datagrams, conversations });
  const outcomes = [{ ...talks, fault: undefined }, ...checked(plugIn, { datagrams, conversations }, seed)];
  return { outcomes, sample: sampleOf(conversations, peer.url) };
}

function checked(plugIn: PlugIn, { datagrams, conversations }: Recording, seed: number): ConformanceOutcome[] {
  return conformanceOf({
    make: () => plugIn.create({ connections: conversations.length, firstConnection: 0, seed: 1 }),
    ...{ conversations, datagrams, damages: DAMAGES },
    random: streamOf('impairments', { seed }),
  });
}

function guarded(plugIn: PlugIn, connections: number): GuardedProtocol {
  return new GuardedProtocol(plugIn.create({ connections, firstConnection: 0, seed: 1 }), connections, plugIn.file);
}

/** Describes where replies came from, and how many there were. */
function sampleOf(conversations: readonly Conversation[], name: string): string {
  const replies = conversations.reduce((sum, each) => sum + each.replies.length, 0);
  const bytes = conversations.reduce((sum, each) => sum + bytesOf(each).length, 0);
  return `${replies} ${replies === 1 ? 'reply' : 'replies'} of ${bytes} bytes from ${name}`;
}

/** @throws {ConfigurationError} when the file cannot be written. */
function saveRecording(file: string, recording: Recording): void {
  try {
    writeFileSync(file, jsonDocument(recordingDocument(recording)));
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new ConfigurationError([`--save: ${error.message}`], { cause: error });
  }
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error;
}
