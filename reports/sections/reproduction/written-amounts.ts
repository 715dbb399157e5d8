import type { MessageSizes } from '../../../bench/model/message-sizes.ts';
import type { Trial } from '../../../bench/model/trial.ts';

/** Amounts as flags are written: what bench/model/units.ts and others parse gives the same amounts again. */

const UNITS = [
  { name: 's', perSecond: 1 },
  { name: 'ms', perSecond: 1e3 },
  { name: 'us', perSecond: 1e6 },
] as const;

/** Writes a duration in the largest unit of which it is a whole number: `2s`, `400ms`. */
export function writtenSeconds(seconds: number): string {
  const unit = UNITS.find(({ perSecond }) => Number.isInteger(tidied(seconds * perSecond)));
  if (unit === undefined) return `${writtenNumber(tidied(seconds * 1e6))}us`;
  return `${writtenNumber(tidied(seconds * unit.perSecond))}${unit.name}`;
}

/** Removes what division by 1,000 and multiplication leave behind. */
function tidied(value: number): number {
  return Number(value.toPrecision(12));
}

/** Writes a number without an exponent. */
export function writtenNumber(value: number): string {
  const text = String(value);
  return text.includes('e') ? value.toFixed(20).replace(/\.?0+$/, '') : text;
}

/** Writes sizes of messages: `64`, `64-1024`, `64:0.8,1024:0.2`. */
export function writtenSizes(sizes: MessageSizes): string {
  const [first] = sizes;
  const isEven = sizes.every(({ share }) => share === first?.share);
  return sizes
    .map(({ from, to, share }) => {
      const size = from === to ? `${from}` : `${from}-${to}`;
      return isEven ? size : `${size}:${writtenNumber(share)}`;
    })
    .join(',');
}

/** Writes stages of a load: `30s:1000,10s:5000`. */
export function writtenStages(stages: Trial['stages']): string {
  return stages.map(({ seconds, target }) => `${writtenSeconds(seconds)}:${writtenNumber(target)}`).join(',');
}

/** Writes a share: `0.1%`. */
export function writtenShare(share: number): string {
  return `${writtenNumber(tidied(share * 100))}%`;
}
