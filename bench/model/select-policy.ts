import { type Choose, chooserOf } from '../../servers/balance/policies.ts';
import type { Random } from '../../servers/random/streams.ts';

/** Policies by which clients choose between several targets (client-side load balancing), each with what it does. */
export const selectPolicies = {
  'round-robin': 'each target in turn',
  random: 'any target, regardless of its load',
  'least-pending': 'the target with the fewest requests pending',
  p2c: 'of two random targets, the one with fewer requests pending: the power of two choices',
} as const;

export type SelectPolicy = keyof typeof selectPolicies;

export const selectPolicyNames = Object.keys(selectPolicies) as SelectPolicy[];

/** Returns a new chooser, of the kind that load balancers use. @param random source of random choices. */
export function selectorOf(policy: SelectPolicy, random: Random): Choose {
  return chooserOf(policy === 'least-pending' ? 'least-connections' : policy, random);
}
