import { afterEach, expect, test, vi } from 'vitest';
import { requirements, whyMissing } from './requirements.ts';

afterEach(() => void vi.unstubAllEnvs());

test('a list contains the requirements', () => {
  expect([requirements(), requirements(''), requirements('uring,ipv6')]).toEqual([[], [], ['uring', 'ipv6']]);
});

test('a list with an unknown requirement is refused, as it would require nothing', () => {
  expect(() => requirements('uring,pyhton')).toThrow('no test needs pyhton');
  expect(() => requirements('constructor')).toThrow(RangeError);
});

test('a missing program is a reason to skip, or an error if it is required', () => {
  vi.stubEnv('PATH', '/nowhere');
  vi.stubEnv('SOCKBENCH_REQUIRE', '');
  expect(whyMissing('rustc')).toContain('ENOENT');
  vi.stubEnv('SOCKBENCH_REQUIRE', 'cc,rustc');
  expect(() => whyMissing('rustc')).toThrow(/SOCKBENCH_REQUIRE names rustc, and it is missing: .*ENOENT/);
  expect(whyMissing('nc')).toContain('ENOENT');
});
