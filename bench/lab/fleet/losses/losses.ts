import { BEAT_MS, SHORTEST_SILENCE_MS } from '../../../fleet/model/timing.ts';
import { EXIT } from '../../../model/exit-code.ts';
import type { Daemon } from './daemon.ts';
import { AGENT_HOSTS, type Stage } from './stage.ts';

/** Something that happens to a fleet in a trial, and what has to follow. */
export interface Loss {
  readonly name: string;
  /** The command that is disturbed. */
  readonly command: (stage: Stage) => readonly string[];
  readonly strike: (stage: Stage, command: Daemon) => void;
  /** How the command ends; null: it was killed. */
  readonly code: number | null;
  /** What it prints. */
  readonly says: RegExp;
  /** Why agents end their load, for those that can. */
  readonly survivors: ReadonlyMap<number, RegExp>;
  /** Within which time these end it; infinite when they are to finish it. */
  readonly limitMs: number;
  /** Restores the stage. */
  readonly recover: (stage: Stage, command: Daemon) => Promise<void>;
}

const [OTHER = 2, VICTIM = 3] = AGENT_HOSTS;
/** Four missed heartbeats are noticed at the next one, and then the others have a second. */
const NOTICED_MS = SHORTEST_SILENCE_MS + BEAT_MS;
const OTHERS_STOP_MS = NOTICED_MS + 1000;
const CONTROLLER_LIMIT_MS = 2000;

const trial = (target: readonly string[]) => ['run', ...target, '-c', '8', '-d', '1500ms', '--warmup', '200ms'];
const RUN = (stage: Stage) => trial(['--target', stage.targetUrl]);
const BENCH = ({ here }: Stage) => [
  ...['bench', '--models', 'epoll,async', '--listen-on', here, '--transports', 'tcp', '-c', '4', '--rounds', '2'],
  ...['-d', '400ms', '--warmup', '0'],
];

/** Late losses find the other agent with its part complete. */
const ended = new Map([[OTHER, /is over: (the controller ended it|its part is complete)/]]);
const silent = new Map(AGENT_HOSTS.map((host) => [host, /is over: the controller was silent/]));
const lostNats = new Map(AGENT_HOSTS.map((host) => [host, /is over: the connection to NATS was lost/]));

const agentLost = { command: RUN, code: EXIT.targetFailed, survivors: ended, limitMs: OTHERS_STOP_MS } as const;
const controllerLost = { command: RUN, survivors: silent, limitMs: CONTROLLER_LIMIT_MS } as const;
const natsLost = { code: EXIT.targetFailed, says: /the connection to NATS was lost/ } as const;
const nothing = async () => {};

/** Restarts NATS, and waits until both agents are connected again. */
async function restartNats(stage: Stage): Promise<void> {
  const from = AGENT_HOSTS.map((host) => stage.agent(host).output.length);
  await stage.startNats();
  await Promise.all(AGENT_HOSTS.map((host, i) => stage.agent(host).waitFor(/connected to NATS again/, from[i])));
}

/** All losses. */
export const losses: readonly Loss[] = [
  {
    name: 'agent killed',
    ...agentLost,
    says: /agent host-3 was silent for/,
    strike: (stage) => stage.agent(VICTIM).signal('SIGKILL'),
    recover: (stage) => stage.startAgent(VICTIM),
  },
  {
    name: 'agent stopped, and continued later',
    ...agentLost,
    says: /agent host-3 was silent for/,
    strike: (stage) => stage.agent(VICTIM).signal('SIGSTOP'),
    recover: async (stage) => stage.agent(VICTIM).signal('SIGCONT'),
  },
  {
    name: 'agent cut off (link down)',
    ...agentLost,
    says: /agent host-3 was silent for/,
    strike: (stage) => stage.hosts.setLink(VICTIM, 'down'),
    async recover(stage) {
      stage.hosts.setLink(VICTIM, 'up');
      await untilListed(stage);
    },
  },
  {
    name: 'NATS killed',
    ...natsLost,
    command: RUN,
    survivors: lostNats,
    limitMs: 1000,
    strike: (stage) => stage.nats.signal('SIGKILL'),
    recover: restartNats,
  },
  {
    name: 'NATS killed during a bench',
    ...natsLost,
    command: BENCH,
    survivors: new Map(),
    limitMs: 1000,
    strike: (stage) => stage.nats.signal('SIGKILL'),
    recover: restartNats,
  },
  {
    name: 'controller killed',
    ...controllerLost,
    code: null,
    says: /results go to/,
    strike: (_, command) => command.signal('SIGKILL'),
    recover: nothing,
  },
  {
    name: 'controller killed, with its server',
    ...controllerLost,
    command: ({ here }) => trial(['--model', 'epoll', '--listen-on', here]),
    code: null,
    says: /results go to/,
    strike: (_, command) => command.signal('SIGKILL'),
    recover: nothing,
  },
  {
    name: 'controller stopped, and continued later',
    ...controllerLost,
    code: EXIT.targetFailed,
    says: /this machine or this program was stopped|agent host-\d: /,
    strike: (_, command) => command.signal('SIGSTOP'),
    recover: nothing,
  },
  {
    name: 'agent asked to end (SIGTERM)',
    command: RUN,
    code: EXIT.ok,
    says: /results saved in/,
    survivors: new Map(AGENT_HOSTS.map((host) => [host, /is over: its part is complete/])),
    limitMs: Number.POSITIVE_INFINITY,
    strike: (stage) => stage.agent(VICTIM).signal('SIGTERM'),
    async recover(stage) {
      const code = await stage.agent(VICTIM).ended;
      if (code !== EXIT.ok) throw new Error(`the agent ended with ${code}`);
      await stage.startAgent(VICTIM);
    },
  },
];

/** Resolves when both agents reply: after a cut, TCP takes seconds to notice that the link is there. */
async function untilListed(stage: Stage): Promise<void> {
  for (;;) {
    const listing = stage.startListing();
    const code = await listing.ended;
    if (code === EXIT.ok && AGENT_HOSTS.every((host) => listing.output.includes(`"host-${host}"`))) return;
  }
}
