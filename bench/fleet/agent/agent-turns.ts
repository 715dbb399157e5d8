import type { TrialKey } from '../model/identity.ts';
import { isSameTrial } from '../model/identity.ts';
import {
  type Admission,
  type AgentEvent,
  type AgentState,
  type AgentStep,
  idleAgent,
  stepAgent,
} from './agent-state.ts';

/**
 * What an agent does with several loads that take turns, as those of a check: each has a state of its own
 * (agent-state.ts). A load that runs once has the agent for itself. It does no I/O and reads no clock.
 */
export interface AgentTurns {
  readonly agent: string;
  /** At least one; each has a load, or none. */
  readonly places: readonly AgentState[];
  /** The trial of the last assignment that was admitted. */
  readonly last: TrialKey | null;
}

export interface AgentTurnsStep extends Pick<AgentStep, 'actions'> {
  readonly state: AgentTurns;
}

/** Loads at once: those of both programs of a check, and of a copy. */
const MOST_PLACES = 3;

/** Returns the state of an agent that has just started. */
export function idleTurns(agent: string): AgentTurns {
  return { agent, places: [idleAgent(agent)], last: null };
}

/** Returns the state after an event, and what to do. */
export function stepTurns(state: AgentTurns, event: AgentEvent, admission: Admission): AgentTurnsStep {
  switch (event.kind) {
    case 'command': {
      const { command } = event;
      if (command.kind !== 'assign' || placeOf(state, command) !== undefined) {
        return stepPlace(state, placeOf(state, command) ?? 0, event, admission);
      }
      const isOld = state.last !== null && state.last.run === command.run && state.last.trial >= command.trial;
      const place = isOld ? undefined : freePlace(state, command.run, (command.assignment.windows ?? 1) > 1);
      // One that has a load refuses another, and one that was used refuses what is old.
      const next = stepPlace(state, place ?? busyPlace(state), event, admission);
      const isAdmitted = next.actions.some(({ kind }) => kind === 'open');
      return isAdmitted ? { ...next, state: { ...next.state, last: command } } : next;
    }
    case 'tick':
    case 'disconnected':
    case 'drain':
      return stepAll(state, event, admission);
    default:
      return stepPlace(state, placeOf(state, event.key) ?? 0, event, admission);
  }
}

/** Returns the number of the place with the load of a trial. */
function placeOf({ places }: AgentTurns, key: TrialKey): number | undefined {
  const at = places.findIndex(({ task }) => task !== null && isSameTrial(task.key, key));
  return at < 0 ? undefined : at;
}

/** Returns a place for a load: any when there is no other load, or when all are of one run and take turns. */
function freePlace({ places }: AgentTurns, run: string, takesTurns: boolean): number | undefined {
  const tasks = places.flatMap(({ task }) => task ?? []);
  const fits = tasks.every(({ key, windows }) => takesTurns && windows > 1 && key.run === run);
  if (!fits || tasks.length === MOST_PLACES) return undefined;
  const free = places.findIndex(({ task }) => task === null);
  return free < 0 ? places.length : free;
}

/** Returns a place that refuses: it has a load, or had the last one. */
function busyPlace({ places, last }: AgentTurns): number {
  const busy = places.findIndex(({ task }) => task !== null);
  if (busy >= 0) return busy;
  return Math.max(
    0,
    places.findIndex((place) => place.last !== null && last !== null && isSameTrial(place.last.key, last)),
  );
}

function stepPlace(state: AgentTurns, at: number, event: AgentEvent, admission: Admission): AgentTurnsStep {
  const isDraining = state.places.some((place) => place.isDraining);
  const place = state.places[at] ?? { ...idleAgent(state.agent), isDraining };
  const { state: next, actions } = stepAgent(place, event, admission);
  const places = at < state.places.length ? state.places.with(at, next) : [...state.places, next];
  return onceOver({ ...state, places }, actions);
}

function stepAll(state: AgentTurns, event: AgentEvent, admission: Admission): AgentTurnsStep {
  const steps = state.places.map((place) => stepAgent(place, event, admission));
  const places = steps.map((step) => step.state);
  return onceOver(
    { ...state, places },
    steps.flatMap(({ actions }) => actions),
  );
}

/** An agent exits when all its loads are over, once. */
function onceOver(state: AgentTurns, actions: AgentStep['actions']): AgentTurnsStep {
  const exits = actions.filter(({ kind }) => kind === 'exit');
  const isOver = state.places.every(({ task }) => task === null);
  return { state, actions: [...actions.filter(({ kind }) => kind !== 'exit'), ...(isOver ? exits.slice(0, 1) : [])] };
}
