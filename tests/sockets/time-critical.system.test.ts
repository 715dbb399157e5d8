import { execFileSync, spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { noLibc } from './open.ts';

/**
 * A program that prints the policy of its thread, sched(7), and its nice value before, while and after it is time-critical.
 * Fields of /proc/PID/stat are numbered from 1, proc(5), and those after the name from 3.
 */
const PROGRAM = `
  import { readFileSync } from 'node:fs';
  import { beginTimeCritical, endTimeCritical } from ${JSON.stringify(new URL('../../dist/sockets/os/time-critical.js', import.meta.url).href)};
  const policy = () => {
    const fields = readFileSync('/proc/thread-self/stat', 'utf8').replace(/.*\\) /, '').split(' ');
    return { policy: Number(fields[41 - 3]), nice: Number(fields[19 - 3]) };
  };
  const seen = [policy()];
  for (const change of [beginTimeCritical, beginTimeCritical, endTimeCritical, endTimeCritical]) {
    change();
    seen.push(policy());
  }
  console.log(JSON.stringify(seen));
`;

function policies(...wrapper: readonly string[]): unknown {
  const [program = '', ...args] = [...wrapper, process.execPath, '--input-type=module', '-e', PROGRAM];
  return JSON.parse(execFileSync(program, args, { encoding: 'utf8' }));
}

function starts(program: string, ...args: readonly string[]): boolean {
  return spawnSync(program, args).status === 0;
}

const mayHaveRealTime = starts('chrt', '--rr', '1', 'true');
const WITHOUT_PRIVILEGE = ['setpriv', '--bounding-set=-sys_nice', '--inh-caps=-sys_nice'];

describe.skipIf(noLibc)('a time-critical thread', () => {
  test('has real-time priority where it may, only meanwhile, and keeps its nice value', () => {
    const usual = { policy: 0, nice: 3 };
    const critical = { policy: mayHaveRealTime ? 2 : 0, nice: 3 };
    expect(policies('nice', '-n', '3')).toEqual([usual, critical, critical, usual, usual]);
  });

  test.skipIf(!starts('setpriv', ...WITHOUT_PRIVILEGE.slice(1), 'true'))(
    'goes on as usual where it may not (to give up a privilege takes one)',
    () => {
      const usual = { policy: 0, nice: 0 };
      expect(policies(...WITHOUT_PRIVILEGE)).toEqual(Array(5).fill(usual));
    },
  );

  test('keeps a policy that its user chose', () => {
    const batch = { policy: 3, nice: 0 };
    expect(policies('chrt', '--batch', '0')).toEqual(Array(5).fill(batch));
  });
});
