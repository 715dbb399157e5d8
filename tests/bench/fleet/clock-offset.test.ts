import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type ClockExchange, offsetOf } from '../../../bench/fleet/clock/offset.ts';

test.each([
  {
    why: 'equal ways: the offset is exact',
    exchange: { sent: 100, received: 1_110, replied: 1_115, returned: 125 },
    offset: 1_000,
    roundTrip: 20,
  },
  {
    why: 'the other clock is behind',
    exchange: { sent: 1_000, received: 10, replied: 10, returned: 1_020 },
    offset: -1_000,
    roundTrip: 20,
  },
  {
    why: 'all of the round trip is one way: off by half of it',
    exchange: { sent: 0, received: 20, replied: 20, returned: 20 },
    offset: 10,
    roundTrip: 20,
  },
])('$why', ({ exchange, offset, roundTrip }) => {
  expect(offsetOf([exchange])).toEqual({
    offsetNanos: offset,
    uncertaintyNanos: roundTrip / 2,
    roundTripNanos: roundTrip,
  });
});

test('the exchange with the least round trip counts', () => {
  const slow = { sent: 0, received: 900, replied: 900, returned: 1000 };
  const fast = { sent: 2000, received: 2505, replied: 2505, returned: 2010 };
  expect(offsetOf([slow, fast, slow]).offsetNanos).toBe(500);
});

test('exchanges that cannot be true are ignored, and at least one is needed', () => {
  const backwards = { sent: 0, received: 10, replied: 5, returned: 20 };
  const negative = { sent: 100, received: 0, replied: 100, returned: 110 };
  expect(() => offsetOf([backwards, negative])).toThrow(RangeError);
  expect(() => offsetOf([])).toThrow('no exchange');
});

test('the true offset is always within the uncertainty, however unequal the ways are', () => {
  const delay = fc.integer({ min: 0, max: 10_000_000 });
  const exchanges = fc.array(fc.record({ there: delay, inside: delay, back: delay }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(fc.integer({ min: -1e15, max: 1e15 }), exchanges, (offset, ways) => {
      let now = 1_000_000;
      const made = ways.map(({ there, inside, back }): ClockExchange => {
        const sent = now;
        const received = sent + there + offset;
        const replied = received + inside;
        const returned = replied - offset + back;
        now = returned + 1;
        return { sent, received, replied, returned };
      });
      const found = offsetOf(made);
      expect(Math.abs(found.offsetNanos - offset)).toBeLessThanOrEqual(found.uncertaintyNanos + 1);
      expect(found.roundTripNanos).toBe(Math.min(...ways.map(({ there, back }) => there + back)));
    }),
  );
});
