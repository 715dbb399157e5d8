import { expect, test } from 'vitest';
import { COMPLETE, DELIVERED, SentLines, UNCOUNTED } from '../../bench/load/chat/sent-lines.ts';

/** Returns a room with clients 0 to `count` - 1. */
function room(count: number, depth = 4): SentLines {
  const lines = new SentLines(count, depth);
  for (let c = 0; c < count; c++) lines.enter(c);
  return lines;
}

test.each([
  ['both receive it', [1, 2], [DELIVERED, COMPLETE], { expected: 2, delivered: 2 }],
  ['one receives it twice', [1, 1, 2], [DELIVERED, UNCOUNTED, COMPLETE], { delivered: 2, duplicated: 1 }],
  ['the sender receives it', [0, 1, 2], [UNCOUNTED, DELIVERED, COMPLETE], { delivered: 2, duplicated: 1 }],
  [
    'one receives it again after both have',
    [1, 2, 2],
    [DELIVERED, COMPLETE, UNCOUNTED],
    { delivered: 2, duplicated: 1 },
  ],
  ['one never receives it', [2], [DELIVERED], { expected: 2, delivered: 1 }],
] as const)('a line of client 0 to two others: %s', (_, hearers, outcomes, counts) => {
  const lines = room(3);
  const number = lines.add(0, 1, 1);
  expect(hearers.map((receiver) => lines.receive(receiver, 0, number))).toEqual(outcomes);
  expect(lines.counts).toMatchObject({ duplicated: 0, reordered: 0, late: 0, corrupted: 0, ...counts });
  expect(lines.outstanding).toBe(lines.counts.delivered === 2 ? 0 : 1);
});

test.each([
  [[0, 1, 2, 3], 0],
  [[0, 2, 1, 3], 1],
  [[3, 2, 1, 0], 3],
  [[1, 2, 3, 0], 1],
])('lines of one sender received as %j: %i after a later one', (received, reordered) => {
  const lines = room(2);
  for (let i = 0; i < 4; i++) lines.add(0, i, i);
  for (const number of received) lines.receive(1, 0, number);
  expect(lines.counts).toMatchObject({ expected: 4, delivered: 4, reordered, duplicated: 0 });
});

test.each([
  ['an unknown client', 7, 0],
  ['a negative client number', -1, 0],
  ['a future line', 0, 1],
  ['a negative line number', 0, -1],
])('a line that was never sent is corrupted: %s', (_, sender, number) => {
  const lines = room(2);
  lines.add(0, 1, 1);
  expect(lines.receive(1, sender, number)).toBe(UNCOUNTED);
  expect(lines.counts).toMatchObject({ corrupted: 1, delivered: 0 });
});

test('a withdrawn line is expected at no client, unless it was given up before', () => {
  const lines = room(3);
  const [sent, unsent] = [lines.add(0, 1, 1), lines.add(0, 2, 2)];
  lines.receive(1, 0, sent);
  expect([lines.withdraw(0, unsent), lines.withdraw(0, unsent)]).toEqual([true, false]);
  expect([lines.counts.expected, lines.outstanding, lines.room(0)]).toEqual([2, 1, 3]);
  const late = lines.add(0, 3, 3);
  expect(late).toBe(unsent + 1);
  for (let due = lines.giveUp(0, 9); due >= 0; ) due = lines.giveUp(0, 9);
  expect([lines.withdraw(0, late), lines.counts.expected, lines.outstanding]).toEqual([false, 4, 0]);
});

test('a client that enters later is not expected to receive earlier lines, and may receive them', () => {
  const lines = new SentLines(3, 4);
  lines.enter(0);
  lines.enter(1);
  const before = lines.add(0, 1, 1);
  lines.enter(2);
  const after = lines.add(0, 2, 2);
  expect(lines.receive(2, 0, before)).toBe(UNCOUNTED);
  expect(lines.receive(1, 0, before)).toBe(COMPLETE);
  expect(lines.receive(1, 0, after)).toBe(DELIVERED);
  expect(lines.receive(2, 0, after)).toBe(COMPLETE);
  expect(lines.counts).toMatchObject({ expected: 3, delivered: 3, duplicated: 0, reordered: 0 });
});

test('a client that leaves is missed for earlier lines, and not for later ones', () => {
  const lines = room(3);
  const before = lines.add(0, 1, 1);
  lines.leave(2);
  expect(lines.receive(1, 0, before)).toBe(DELIVERED);
  expect(lines.receive(1, 0, lines.add(0, 2, 2))).toBe(COMPLETE);
  expect(lines.counts).toMatchObject({ expected: 3, delivered: 2 });
  expect(lines.outstanding).toBe(1);
});

test('a client has room for a number of incomplete lines, if another client is in the room', () => {
  const lines = room(2, 2);
  expect(lines.room(0)).toBe(2);
  const first = lines.add(0, 1, 1);
  lines.add(0, 2, 2);
  expect(lines.room(0)).toBe(0);
  lines.receive(1, 0, first);
  expect(lines.room(0)).toBe(1);
  lines.leave(1);
  expect(lines.room(0)).toBe(0);
});

test('a line that was ready long ago is given up, and a later delivery counts as late', () => {
  const lines = room(3);
  const old = lines.add(0, 10, 12);
  lines.add(0, 11, 20);
  lines.receive(1, 0, old);
  expect(lines.giveUp(0, 20)).toBe(10);
  expect(lines.missed).toBe(1);
  expect(lines.giveUp(0, 20)).toBe(-1);
  expect(lines.giveUp(1, 20)).toBe(-1);
  expect(lines.outstanding).toBe(1);
  expect(lines.receive(2, 0, old)).toBe(UNCOUNTED);
  expect(lines.counts).toMatchObject({ expected: 4, delivered: 1, late: 1, duplicated: 0 });
});

test('an incomplete line blocks its sender before its slot is needed again', () => {
  const lines = room(2, 1000);
  lines.add(0, 1, 1);
  let sent = 1;
  for (; lines.room(0) > 0; sent++) lines.receive(1, 0, lines.add(0, 1, 1));
  expect(sent).toBe(2048);
  expect(lines.receive(1, 0, 0)).toBe(COMPLETE);
});

test('a restart of the counts expects the outstanding deliveries', () => {
  const lines = room(3);
  lines.receive(1, 0, lines.add(0, 1, 1));
  lines.receive(2, 1, lines.add(1, 1, 1));
  lines.restart();
  expect(lines.counts).toMatchObject({ expected: 2, delivered: 0 });
});

test('a line that was not sent is not given up', () => {
  const lines = new SentLines(2, 4);
  lines.enter(0);
  lines.enter(1);
  for (let i = 0; i < 3; i++) lines.add(0, 10 + i, 10 + i);
  const given = [1, 2, 3].map(() => lines.giveUp(0, 1000, 2));
  expect(given).toEqual([10, 11, -1]);
  expect(lines.outstanding).toBe(1);
});
