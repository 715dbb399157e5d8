import { readFileSync } from 'node:fs';
import { eventSchema, type MeasurementEvent } from '../../bench/model/event.ts';

type EventOf<Name extends MeasurementEvent['event']> = Extract<MeasurementEvent, { event: Name }>;

/** Parses a stream of events. @throws {Error} when a line is no event. */
export function parseEvents(text: string): MeasurementEvent[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => eventSchema.parse(JSON.parse(line)));
}

/** Reads the events in a file. */
export function readEvents(file: string): MeasurementEvent[] {
  return parseEvents(readFileSync(file, 'utf8'));
}

/** Returns the events of one kind, in order. */
export function eventsNamed<Name extends MeasurementEvent['event']>(
  events: readonly MeasurementEvent[],
  name: Name,
): EventOf<Name>[] {
  return events.filter((event): event is EventOf<Name> => event.event === name);
}
