import { describe, expect, test } from 'vitest';
import { findingsOf } from '../../bench/doctor/findings.ts';
import type { MachineReading } from '../../bench/doctor/machine-reading.ts';
import { findingsText } from '../../reports/renderers/doctor.ts';
import { result } from '../reports/results.ts';

const good: MachineReading = {
  environment: { ...result().environment, virtualized: false, governor: 'performance', cpus: 8 },
  noLibc: null,
  noTimestamps: null,
  noUring: null,
  allowedCpus: [0, 1, 2, 3, 4, 5, 6, 7],
  stealShare: 0,
  loadAverage: 0.1,
  openFiles: { soft: 1024, hard: 1_048_576 },
  sysctl: {
    'net.core.somaxconn': '4096',
    'net.core.rmem_max': '4194304',
    'net.core.wmem_max': '4194304',
    'net.ipv4.ip_local_port_range': '32768 60999',
    'net.ipv4.tcp_tw_reuse': '2',
  },
  lateness: { p50Micros: 0.2, p99Micros: 20 },
  clockNanos: 45,
  callNanos: 300,
};

const noticed = (variation: Partial<MachineReading>) =>
  findingsOf({ ...good, ...variation })
    .filter(({ verdict }) => verdict !== 'fine')
    .map(({ what, verdict }) => `${verdict}: ${what}`);

describe('a machine', () => {
  test.each<[string, Partial<MachineReading>, string[]]>([
    ['without any deficiency', {}, []],
    ['without system calls', { noLibc: 'no koffi' }, ['bad: system calls']],
    ['without kernel timestamps', { noTimestamps: 'none' }, ['note: kernel receive timestamps']],
    ['without io_uring', { noUring: 'forbidden' }, ['note: io_uring']],
    ['with three CPUs', { allowedCpus: [0, 1, 2] }, ['note: CPUs']],
    ['with four CPUs', { allowedCpus: [0, 1, 2, 3] }, []],
    [
      'with a power-saving governor',
      { environment: { ...good.environment, governor: 'powersave' } },
      ['note: frequency governor'],
    ],
    ['with an unknown governor', { environment: { ...good.environment, governor: null } }, []],
    ['that is virtual', { environment: { ...good.environment, virtualized: true } }, ['note: hypervisor']],
    ['with 5 % steal', { stealShare: 0.05 }, []],
    ['with more than 5 % steal', { stealShare: 0.051 }, ['note: stolen CPU time']],
    ['with unknown steal', { stealShare: null }, []],
    ['with a load of a quarter of its CPUs', { loadAverage: 2 }, []],
    ['with a higher load', { loadAverage: 2.1 }, ['note: load average']],
    ['with a low limit of open files', { openFiles: { soft: 1024, hard: 4096 } }, ['note: open files']],
    [
      'with small buffers and backlogs',
      { sysctl: { ...good.sysctl, 'net.core.somaxconn': '128', 'net.core.rmem_max': '212992' } },
      ['note: net.core.somaxconn', 'note: net.core.rmem_max'],
    ],
    ['with late wake-ups', { lateness: { p50Micros: 1, p99Micros: 251 } }, ['note: timed waits']],
  ])('%s', (_, variation, expected) => expect(noticed(variation)).toEqual(expected));

  test('is reported line by line, with the advice below its finding', () => {
    const text = findingsText(findingsOf({ ...good, loadAverage: 9 }), 60);
    expect(text.split('\n').every((line) => line.length <= 60)).toBe(true);
    expect(text).toMatch(/^ {2}! load average +9\n {34}another process is\n {34}running/m);
  });
});
