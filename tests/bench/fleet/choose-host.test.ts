import { describe, expect, test } from 'vitest';
import { chooseAgents } from '../../../bench/fleet/controller/choose-agents.ts';
import { chooseHost } from '../../../bench/fleet/controller/choose-host.ts';
import type { AgentCard } from '../../../bench/fleet/model/agent-card.ts';
import { serveCommandSchema } from '../../../bench/fleet/model/serving.ts';
import { whyNotServed } from '../../../bench/fleet/serve/start-served.ts';
import type { RunConfiguration } from '../../../bench/model/configuration.ts';
import { parseHostChoice, type ServeRequest } from '../../../bench/model/fleet.ts';
import { configuration } from '../configurations.ts';
import { serving } from './simulated-server.ts';

const card = (given: Partial<AgentCard> = {}): AgentCard => ({
  ...{ protocol: 1, agent: '0'.repeat(16), name: 'srv', labels: { role: 'server' }, state: 'idle', cpus: 2 },
  ...{ kernel: '6', node: '20', version: '1', openFiles: 1024, targets: [], findings: [] },
  serves: { listenOn: '10.0.0.7', commands: ['web'] },
  ...given,
});

const request = (where: string, allowed: readonly string[] = ['10.0.0.7']): ServeRequest => ({
  ...{ server: 'nats://10.0.0.2', credentials: null, silenceMs: 1000, choice: parseHostChoice(where), allowed },
});
const epoll: RunConfiguration = { ...configuration, transports: ['tcp'], targets: [{ kind: 'model', model: 'epoll' }] };

function faultOf(cards: AgentCard[], given: RunConfiguration = epoll, asked = request('srv')): string {
  try {
    chooseHost(asked, cards, given);
    return '';
  } catch (error) {
    return String((error as Error).message);
  }
}

describe('the machine that starts servers', () => {
  test('is chosen by its name or a label, and makes no load', () => {
    expect(chooseHost(request('srv'), [card()], epoll).name).toBe('srv');
    expect(chooseHost(request('role=server'), [card()], epoll).name).toBe('srv');
    expect(() => chooseAgents({ kind: 'all' }, [card()])).toThrow(/there are no agents/);
    expect(() => parseHostChoice('a b')).toThrow(RangeError);
  });

  test('is refused when it is another, busy, one of several, or serves nothing like that', () => {
    const { serves: _, ...loading } = card();
    expect(faultOf([loading])).toMatch(/there is no agent srv that starts servers/);
    expect(faultOf([card({ state: 'busy' })])).toMatch(/agent srv is busy/);
    expect(faultOf([card(), card({ agent: '1'.repeat(16) })])).toMatch(/2 agents are called srv/);
    const owned = (name: string) => ({ ...epoll, targets: [{ kind: 'owned', name, startLimitMs: 1 }] }) as const;
    expect(faultOf([card()], owned('web'))).toBe('');
    expect(faultOf([card()], owned('db'))).toMatch(/lists no command db: it lists web/);
    expect(faultOf([card()], { ...epoll, transports: ['udp'] })).toMatch(/with a forged sender it floods others/);
  });

  test('is another machine to flood, which has to be allowed, unless agents with lists of their own do it', () => {
    expect(faultOf([card()], epoll, request('srv', []))).toMatch(/add --allow-remote 10\.0\.0\.7/);
    const fleet = {} as NonNullable<RunConfiguration['fleet']>;
    expect(faultOf([card()], { ...epoll, fleet }, request('srv', []))).toBe('');
  });
});

describe('a request for a server', () => {
  const served = { listenOn: '10.0.0.7', commands: new Map([['web', './web {port}']]) };
  const owned = (name: string) => ({ ...serving, server: { kind: 'owned', name, startLimitMs: 1 } }) as const;

  test('starts what the owner listed, where it can be served', () => {
    expect(whyNotServed(serving, served)).toBeUndefined();
    expect(whyNotServed(owned('web'), served)).toBeUndefined();
    expect(whyNotServed(owned('sh'), served)).toMatch(/lists no command sh/);
    expect(whyNotServed({ ...owned('web'), transport: 'udp' }, served)).toMatch(/no \{transport\}/);
    expect(whyNotServed({ ...serving, transport: 'udp' }, served)).toMatch(/with a forged sender/);
    expect(whyNotServed({ ...serving, app: 'websocket' }, served)).toMatch(/can't serve websocket by epoll/);
  });

  test.each([
    ['a command line', { server: { kind: 'owned', name: 'sh -c reboot', startLimitMs: 1 } }],
    ['a path', { server: { kind: 'owned', name: '../web', startLimitMs: 1 } }],
    ['a command', { server: { kind: 'exec', command: 'reboot' } }],
    ['a model that there is not', { server: { kind: 'model', model: '../../evil' } }],
    ['a Unix-domain socket', { transport: 'unix' }],
    ['an address of its own', { host: '0.0.0.0' }],
    [
      'work without an end',
      { work: { parts: [{ share: 1, cpuNanos: 1e300, ioNanos: 0 }], cacheHit: 0, requestBytes: 1 } },
    ],
  ])('is not valid with %s', (_, given) => {
    const command = { kind: 'serve', run: 'a'.repeat(32), server: 1, serving };
    expect(serveCommandSchema.safeParse(command).success).toBe(true);
    expect(serveCommandSchema.safeParse({ ...command, serving: { ...serving, ...given } }).success).toBe(false);
  });
});
