import { RequestDraws } from './request-draws.ts';
import type { ProtocolScope } from './scope.ts';

const TWO_32 = 2 ** 32;

/** Chooses one of several kinds of request by their weights, from a request's connection and sequence number. */
export class WeightedChoice {
  readonly #draws: RequestDraws;
  readonly #firstConnection: number;
  /** Upper limit of the random number for which each kind is chosen. */
  readonly #limits: Float64Array;

  /**
   * @param weights relative frequencies of the kinds.
   * @throws {RangeError} when there are no weights, or one is not above 0.
   */
  constructor(weights: readonly number[], { streamKey, firstConnection }: ProtocolScope) {
    const sum = weights.reduce((total, weight) => total + weight, 0);
    if (weights.length === 0 || !weights.every((weight) => weight > 0) || !Number.isFinite(sum)) {
      throw new RangeError(`weights of requests must be numbers above 0, not ${weights.join(', ') || 'none'}`);
    }
    this.#draws = new RequestDraws('request selection', streamKey);
    this.#firstConnection = firstConnection;
    let before = 0;
    this.#limits = Float64Array.from(weights, (weight) => {
      before += weight;
      return (before / sum) * TWO_32;
    });
  }

  /** Returns the index of the kind of a request. */
  of(c: number, sequence: number): number {
    const last = this.#limits.length - 1;
    if (last === 0) return 0;
    const drawn = this.#draws.bits(this.#firstConnection + c, sequence, 0) >>> 0;
    let kind = 0;
    while (kind < last && drawn >= (this.#limits[kind] as number)) kind++;
    return kind;
  }
}
