import { afterEach, describe, expect, test, vi } from 'vitest';
import { type PeerName, parseVersion, surveyPeers, versionOf, whyNoPeer } from '../../../bench/lab/limit/peers.ts';

afterEach(() => void vi.unstubAllEnvs());

/** Looks for programs of a machine that has only some. */
function surveyOn(has: Partial<Record<PeerName, string>>, row: Parameters<typeof surveyPeers>[0]) {
  return surveyPeers(row, (name) => has[name]);
}

describe('a row', () => {
  test('without programs of others can be measured anywhere', () => {
    expect(surveyOn({}, {})).toEqual({ installed: new Set(), incomplete: false, notes: [] });
  });

  test('whose programs are all installed has their versions in a note', () => {
    const survey = surveyOn({ nginx: '1.22.1', wrk: '4.1.0' }, { needs: ['nginx'], uses: ['wrk'] });
    expect(survey.incomplete).toBe(false);
    expect(survey.installed).toEqual(new Set(['nginx', 'wrk']));
    expect(survey.notes).toEqual(['with nginx 1.22.1, wrk 4.1.0']);
  });

  test('is skipped without a program that it needs, and the Debian package is named', () => {
    const survey = surveyOn({ wrk: '4.1.0' }, { needs: ['nginx', 'wrk'] });
    expect(survey.incomplete).toBe(true);
    expect(survey.notes[0]).toBe('skipped: nginx was not found on the PATH; Debian has it in the package nginx-light');
  });

  test('is measured without a program that it only uses', () => {
    const survey = surveyOn({}, { uses: ['iperf3'] });
    expect(survey.incomplete).toBe(false);
    expect(survey.installed.has('iperf3')).toBe(false);
    expect(survey.notes).toEqual(['iperf3 was not found on the PATH; Debian has it in the package iperf3']);
  });
});

test('a program that is not on the PATH has no version', () => {
  vi.stubEnv('PATH', '/nowhere');
  expect(versionOf('openssl')).toBeUndefined();
  expect(whyNoPeer('openssl')).toContain('the package openssl');
});

test.each([
  ['nginx version: nginx/1.22.1\n', '1.22.1'],
  ['wrk debian/4.1.0-3+b2 [epoll] Copyright (C) 2012 Will Glozer\n', '4.1.0'],
  ['Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64 build=c2f5a85a1d2d2b1f\n', '7.0.15'],
  ['OpenSSL 3.0.17 1 Jul 2025 (Library: OpenSSL 3.0.17 1 Jul 2025)\n', '3.0.17'],
  ['sockperf, version 3.7-no.git\n', '3.7'],
  ['usage: tool [FLAG]...\n', 'of an unknown version'],
])('%j is version %s', (text, version) => expect(parseVersion(text)).toBe(version));
