/** One exchange with another machine's clock, in nanoseconds of the clock that is named. */
export interface ClockExchange {
  /** When the request was sent, and its reply received: this machine's clock. */
  readonly sent: number;
  readonly returned: number;
  /** When the request was received, and the reply sent: the other machine's clock. */
  readonly received: number;
  readonly replied: number;
}

/** How another clock differs from this one. */
export interface ClockOffset {
  /** What to add to a time of this clock for that of the other one. */
  readonly offsetNanos: number;
  /** The true offset differs from that by at most this. */
  readonly uncertaintyNanos: number;
  readonly roundTripNanos: number;
}

/**
 * Estimates the offset from the exchange with the least round trip δ. The true offset is within ±δ/2, however unequal both
 * ways are: F. Cristian, Probabilistic clock synchronization, Distributed Computing 3, 1989. The formulas are those of
 * RFC 5905, section 8: θ = ((T2 − T1) + (T3 − T4)) / 2, δ = (T4 − T1) − (T3 − T2).
 * @throws {RangeError} when there is no exchange that can be true.
 */
export function offsetOf(exchanges: readonly ClockExchange[]): ClockOffset {
  const [best] = exchanges
    .map((exchange) => ({ ...exchange, roundTripNanos: roundTripOf(exchange) }))
    .filter(({ roundTripNanos, received, replied }) => roundTripNanos >= 0 && replied >= received)
    .sort((a, b) => a.roundTripNanos - b.roundTripNanos);
  if (best === undefined) throw new RangeError('no exchange with the clock, or none that can be true');
  const { sent, received, replied, returned, roundTripNanos } = best;
  return {
    offsetNanos: (received - sent + (replied - returned)) / 2,
    uncertaintyNanos: roundTripNanos / 2,
    roundTripNanos,
  };
}

function roundTripOf({ sent, received, replied, returned }: ClockExchange): number {
  return returned - sent - (replied - received);
}
