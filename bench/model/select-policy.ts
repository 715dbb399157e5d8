import { type Choose, chooserOf } from '../../servers/balance/policies.ts';
import type { Random } from '../../servers/random.ts';

/** How clients choose between several targets: client-side load balancing. Every name, and what it does. */
export const selectPolicies = {
  'round-robin': 'each target in turn',
  random: 'any target, whatever it has to do',
  'least-pending': 'the target with the fewest requests pending',
  p2c: 'of two targets at random the one with fewer requests pending: the power of two choices',
} as const;

export type SelectPolicy = keyof typeof selectPolicies;

export const selectPolicyNames = Object.keys(selectPolicies) as SelectPolicy[];

/** A fresh chooser, of what a load balancer chooses by, too. @param random decides where chance does. */
export function selectorOf(policy: SelectPolicy, random: Random): Choose {
  return chooserOf(policy === 'least-pending' ? 'least-connections' : policy, random);
}
