/** Messages of `from` to `to` bytes, each size as likely as the others, and the share of all messages that they make. */
export interface SizeRange {
  readonly from: number;
  readonly to: number;
  /** Above 0, up to 1; the shares of all ranges add up to 1. */
  readonly share: number;
}

/** How long messages are: one size, or a mixture of sizes and ranges. Never empty. */
export type MessageSizes = readonly SizeRange[];

/** Messages that are all of one size. */
export function fixedSize(bytes: number): MessageSizes {
  return [{ from: bytes, to: bytes, share: 1 }];
}

export function isFixedSize(sizes: MessageSizes): boolean {
  return sizes.every(({ from, to }) => from === to && from === sizes[0]?.from);
}

export function smallestSize(sizes: MessageSizes): number {
  return Math.min(...sizes.map(({ from }) => from));
}

export function largestSize(sizes: MessageSizes): number {
  return Math.max(...sizes.map(({ to }) => to));
}

/** The expected size of a message in bytes. */
export function meanSize(sizes: MessageSizes): number {
  return sizes.reduce((sum, { from, to, share }) => sum + (share * (from + to)) / 2, 0);
}
