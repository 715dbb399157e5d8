import type { LoadPlan } from '../load/generator.ts';
import type { LoadGenerator } from '../load/load-generator.ts';
import type { Exchange } from '../model/exchange.ts';
import type { Destination } from './protocol-spec.ts';

/** What the protocol of a load is made of: see protocolSpec(). Unlike that, it is plain JSON. */
export interface LoadRecipe {
  readonly destinations: readonly Destination[];
  /** With secrets; null: what the app suggests. */
  readonly exchange: Exchange | null;
}

/** Makes the loads of trials elsewhere than in this process. */
export interface LoadSource {
  /** Names of the machines. */
  readonly machines: readonly string[];
  /** Whether no further load can be made: the trials to come would all fail. */
  readonly isLost: boolean;
  /** Returns at once; what fails is reported by the generator. */
  start(plan: LoadPlan, recipe: LoadRecipe): LoadGenerator;
}
