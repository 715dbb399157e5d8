import { mkdirSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import type { AgentSettings } from '../../bench/fleet/agent/agent.ts';
import type { Keep } from '../../bench/fleet/agent/agent-load.ts';
import type { AllowedTarget } from '../../bench/fleet/agent/allowed-targets.ts';
import { AGENT_NAME, type AgentCard, LABEL_NAME, LABEL_VALUE } from '../../bench/fleet/model/agent-card.ts';
import { COMMAND_NAME } from '../../bench/fleet/model/serving.ts';
import type { Served } from '../../bench/fleet/serve/start-served.ts';
import { summarizeLatency } from '../../bench/measure/latency.ts';
import { EXIT } from '../../bench/model/exit-code.ts';
import { jsonDocument } from '../../reports/text/json-document.ts';
import { plain } from '../../reports/text/plain.ts';
import type { Command } from '../cli/command.ts';
import { text, texts, toggle } from '../cli/flag-types.ts';
import type { Flags } from '../cli/flags.ts';
import { untilInterrupted } from '../cli/interrupt.ts';
import { log } from '../cli/output.ts';
import { natsFlags, readListenOn, readNats } from '../flags/fleet.ts';

const schema = z.strictObject({
  ...natsFlags,
  'allow-target': texts().meta({
    description: 'A target that may be flooded from here: HOST or HOST:PORT; may be repeated. Others are refused',
  }),
  serve: toggle().meta({
    description: 'Start servers for runs, in place of load: built-in models, and the commands of --serve-command',
  }),
  'listen-on': text()
    .prefault('127.0.0.1')
    .meta({ description: 'With --serve: own IP address on which servers listen, so that agents reach them' }),
  'serve-command': texts().meta({
    description: "With --serve: a command that runs may start by its name, NAME='CMD {port}'; may be repeated",
  }),
  label: texts().meta({ description: 'A label such as zone=a, by which runs choose agents; may be repeated' }),
  'out-dir': text().optional().meta({
    description: 'Directory in which this agent keeps what it measured itself in each trial [default: none]',
  }),
  name: text().optional().meta({ description: 'Name in reports [default: the name of this machine]' }),
});

type CommandFlags = Flags<z.output<typeof schema>>;

/** `sockbench agent`: makes load for runs on other machines, or starts their servers, until a signal ends it. */
export const agent: Command<typeof schema> = {
  name: 'agent',
  describe: 'Make load, or start servers, for runs on other machines, which reach this one through a NATS server',
  schema,
  examples: [
    ['agent --nats nats://10.0.0.2 --label zone=a --allow-target 10.0.0.7', 'until Ctrl-C'],
    ["agent --nats nats://10.0.0.2 --serve --listen-on 10.0.0.7 --serve-command 'web=./web {port}'", 'a target'],
  ],
  async run(flags) {
    const nats = readNats(flags);
    const labels = readLabels(flags);
    const targets = await readTargets(flags);
    const served = readServed(flags);
    const { name = hostname(), 'allow-target': written } = flags.values;
    if (!AGENT_NAME.test(name))
      flags.refuse(`--name: '${name}' has other characters than letters, digits, . : _ and -`);
    flags.assertNoFaults();
    if (nats === undefined) return EXIT.usage;
    const { connectToNats } = await import('../../bench/fleet/bus/nats-bus.ts');
    const card = { ...(await describe()), name, labels, targets: written };
    const bus = await connectToNats({
      url: nats.server,
      credentials: nats.credentials,
      tls: nats.tls,
      name: `sockbench agent ${name}`,
      reconnects: true,
    });
    const settings = { bus, card, log: (line: string) => log(plain(line)) };
    log(
      `agent ${name}: ${card.cpus} CPUs, ${served ? servedText(served) : written.join(', ') || 'no targets allowed'}`,
    );
    await untilInterrupted((signal) =>
      served ? startServers(settings, served, signal) : makeLoad(settings, targets, flags.values['out-dir'], signal),
    );
    await bus.close();
    return EXIT.ok;
  },
};

/** What both kinds of agents have. */
type Common = Pick<AgentSettings, 'bus' | 'card' | 'log'>;

/** Makes load until the signal aborts. @param directory for what it measured itself. */
async function makeLoad(
  settings: Common,
  targets: readonly AllowedTarget[],
  directory: string | undefined,
  signal: AbortSignal,
): Promise<void> {
  const [{ serveAsAgent }, { loadsOfThisProcess }, { isAllowed }, { whileStamping }] = await Promise.all([
    import('../../bench/fleet/agent/agent.ts'),
    import('../../bench/fleet/agent/agent-load.ts'),
    import('../../bench/fleet/agent/allowed-targets.ts'),
    import('../../bench/measure/stamping.ts'),
  ]);
  const admission: AgentSettings['admission'] = ({ address }) =>
    isAllowed(address, targets)
      ? undefined
      : `its owner does not allow the target ${address.host} port ${address.port}: start it with --allow-target ${address.host}`;
  const openLoad = loadsOfThisProcess(keepIn(directory, settings.log));
  await whileStamping(() => serveAsAgent({ ...settings, admission, openLoad }, signal));
}

/** Starts servers until the signal aborts. */
async function startServers({ bus, card, log }: Common, served: Served, signal: AbortSignal): Promise<void> {
  const [{ serveTargets }, { answerOf, startServed, whyNotServed }] = await Promise.all([
    import('../../bench/fleet/serve/serving-agent.ts'),
    import('../../bench/fleet/serve/start-served.ts'),
  ]);
  const { listenOn, commands } = served;
  await serveTargets(
    {
      ...{ bus, log, answer: answerOf },
      card: { ...card, serves: { listenOn, commands: [...commands.keys()] } },
      admission: (serving) => whyNotServed(serving, served),
      start: (serving, over) => startServed(serving, served, over),
    },
    signal,
  );
}

function servedText({ listenOn, commands }: Served): string {
  const names = commands.size === 0 ? '' : ` and ${[...commands.keys()].join(', ')}`;
  return `serves built-in models${names} on ${listenOn}`;
}

/** Reads what may be started here; undefined when this agent makes load. */
function readServed(flags: CommandFlags): Served | undefined {
  if (!flags.values.serve) {
    for (const name of ['listen-on', 'serve-command'] as const) {
      if (flags.isChosen(name)) flags.refuse(`--${name} has no effect without --serve`);
    }
    return undefined;
  }
  for (const name of ['allow-target', 'out-dir'] as const) {
    if (flags.isChosen(name)) {
      flags.refuse(
        `--${name} has no effect with --serve: a machine that serves makes no load; start another agent for that`,
      );
    }
  }
  const commands = new Map<string, string>();
  for (const text of flags.values['serve-command']) {
    const [, name = '', command = ''] = /^([^=]*)=(.*)$/s.exec(text) ?? [];
    if (!COMMAND_NAME.test(name) || !command.includes('{port}')) {
      flags.refuse(`--serve-command: '${text}' is no command with a name and a port, such as web='./web {port}'`);
    } else if (commands.has(name)) flags.refuse(`--serve-command: two commands are called ${name}`);
    commands.set(name, command);
  }
  return { listenOn: readListenOn(flags), commands };
}

/** Returns what writes an agent's own results, `RUN-TRIAL.json`; what cannot be written is logged. */
function keepIn(directory: string | undefined, say: (line: string) => void): Keep {
  return ({ run, trial }, { counts, latencies }) => {
    if (directory === undefined) return;
    const response = summarizeLatency(latencies.response);
    const file = join(directory, `${run}-${trial}.json`);
    try {
      mkdirSync(directory, { recursive: true });
      writeFileSync(file, jsonDocument({ run, trial, requests: counts, latencyMicros: { response } }));
    } catch (error) {
      say(`could not keep ${file}: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
}

function readLabels(flags: CommandFlags): Record<string, string> {
  const labels: Record<string, string> = {};
  for (const text of flags.values.label) {
    const [, name = '', value = ''] = /^([^=]*)=(.*)$/.exec(text) ?? [];
    if (LABEL_NAME.test(name) && LABEL_VALUE.test(value)) labels[name] = value;
    else flags.refuse(`--label: '${text}' is no label such as zone=a`);
  }
  return labels;
}

async function readTargets(flags: CommandFlags): Promise<AllowedTarget[]> {
  const { resolveAllowedTarget } = await import('../../bench/fleet/agent/allowed-targets.ts');
  const targets: AllowedTarget[] = [];
  for (const text of flags.values['allow-target']) {
    try {
      targets.push(await resolveAllowedTarget(text));
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      flags.refuse(`--allow-target: ${error.message}`);
    }
  }
  return targets;
}

/** Returns what the card says of this machine. */
async function describe(): Promise<Pick<AgentCard, 'cpus' | 'kernel' | 'node' | 'version' | 'openFiles' | 'findings'>> {
  const [{ readMachine }, { findingsOf }] = await Promise.all([
    import('../../bench/doctor/machine-reading.ts'),
    import('../../bench/doctor/findings.ts'),
  ]);
  const reading = await readMachine();
  const { environment, allowedCpus, openFiles } = reading;
  return {
    cpus: allowedCpus.length || environment.cpus,
    kernel: environment.kernel,
    node: environment.node,
    version: environment.sockbench,
    openFiles: openFiles?.hard ?? null,
    findings: findingsOf(reading),
  };
}
