import { mkdirSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import type { Keep } from '../../bench/fleet/agent/agent-load.ts';
import type { AllowedTarget } from '../../bench/fleet/agent/allowed-targets.ts';
import { AGENT_NAME, type AgentCard, LABEL_NAME, LABEL_VALUE } from '../../bench/fleet/model/agent-card.ts';
import { summarizeLatency } from '../../bench/measure/latency.ts';
import { EXIT } from '../../bench/model/exit-code.ts';
import { jsonDocument } from '../../reports/text/json-document.ts';
import { plain } from '../../reports/text/plain.ts';
import type { Command } from '../cli/command.ts';
import { text, texts } from '../cli/flag-types.ts';
import type { Flags } from '../cli/flags.ts';
import { untilInterrupted } from '../cli/interrupt.ts';
import { log } from '../cli/output.ts';
import { natsFlags, readNats } from '../flags/fleet.ts';

const schema = z.strictObject({
  ...natsFlags,
  'allow-target': texts().meta({
    description: 'A target that may be flooded from here: HOST or HOST:PORT; may be repeated. Others are refused',
  }),
  label: texts().meta({ description: 'A label such as zone=a, by which runs choose agents; may be repeated' }),
  'out-dir': text().optional().meta({
    description: 'Directory in which this agent keeps what it measured itself in each trial [default: none]',
  }),
  name: text().optional().meta({ description: 'Name in reports [default: the name of this machine]' }),
});

type CommandFlags = Flags<z.output<typeof schema>>;

/** `sockbench agent`: makes load for runs on other machines, until a signal ends it. */
export const agent: Command<typeof schema> = {
  name: 'agent',
  describe: 'Make load for runs on other machines, which reach this one through a NATS server',
  schema,
  examples: [['agent --nats nats://10.0.0.2 --label zone=a --allow-target 10.0.0.7', 'until Ctrl-C']],
  async run(flags) {
    const nats = readNats(flags);
    const labels = readLabels(flags);
    const targets = await readTargets(flags);
    const { name = hostname(), 'allow-target': written } = flags.values;
    if (!AGENT_NAME.test(name))
      flags.refuse(`--name: '${name}' has other characters than letters, digits, . : _ and -`);
    flags.assertNoFaults();
    if (nats === undefined) return EXIT.usage;
    const [{ serveAsAgent }, { loadsOfThisProcess }, { isAllowed }, { connectToNats }, { whileStamping }] =
      await Promise.all([
        import('../../bench/fleet/agent/agent.ts'),
        import('../../bench/fleet/agent/agent-load.ts'),
        import('../../bench/fleet/agent/allowed-targets.ts'),
        import('../../bench/fleet/bus/nats-bus.ts'),
        import('../../bench/measure/stamping.ts'),
      ]);
    const card = { ...(await describe()), name, labels, targets: written };
    const client = `sockbench agent ${name}`;
    const bus = await connectToNats({
      url: nats.server,
      credentials: nats.credentials,
      tls: nats.tls,
      name: client,
      reconnects: true,
    });
    const admission = ({ address }: { readonly address: { readonly host: string; readonly port: number } }) =>
      isAllowed(address, targets)
        ? undefined
        : `its owner does not allow the target ${address.host} port ${address.port}: start it with --allow-target`;
    const say = (line: string) => log(plain(line));
    const openLoad = loadsOfThisProcess(keepIn(flags.values['out-dir'], say));
    log(`agent ${name}: ${card.cpus} CPUs, ${targets.length === 0 ? 'no targets allowed' : written.join(', ')}`);
    await untilInterrupted((signal) =>
      whileStamping(() => serveAsAgent({ bus, card, admission, openLoad, log: say }, signal)),
    );
    await bus.close();
    return EXIT.ok;
  },
};

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
