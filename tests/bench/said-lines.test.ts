import { expect, test } from 'vitest';
import { COMPLETE, DELIVERED, SaidLines, UNCOUNTED } from '../../bench/load/chat/said-lines.ts';

/** Returns a room with clients 0 to `count` - 1. */
function room(count: number, depth = 4): SaidLines {
  const lines = new SaidLines(count, depth);
  for (let c = 0; c < count; c++) lines.enter(c);
  return lines;
}

test.each([
  ['all hear it', [1, 2], [DELIVERED, COMPLETE], { expected: 2, delivered: 2 }],
  ['one hears it twice', [1, 1, 2], [DELIVERED, UNCOUNTED, COMPLETE], { delivered: 2, duplicated: 1 }],
  ['who said it hears it', [0, 1, 2], [UNCOUNTED, DELIVERED, COMPLETE], { delivered: 2, duplicated: 1 }],
  ['one hears it again when all have', [1, 2, 2], [DELIVERED, COMPLETE, UNCOUNTED], { delivered: 2, duplicated: 1 }],
  ['one never hears it', [2], [DELIVERED], { expected: 2, delivered: 1 }],
] as const)('a line of client 0 to two others: %s', (_, hearers, outcomes, counts) => {
  const lines = room(3);
  const number = lines.say(0, 1, 1);
  expect(hearers.map((hearer) => lines.hear(hearer, 0, number))).toEqual(outcomes);
  expect(lines.counts).toMatchObject({ duplicated: 0, reordered: 0, late: 0, corrupted: 0, ...counts });
  expect(lines.outstanding).toBe(lines.counts.delivered === 2 ? 0 : 1);
});

test.each([
  [[0, 1, 2, 3], 0],
  [[0, 2, 1, 3], 1],
  [[3, 2, 1, 0], 3],
  [[1, 2, 3, 0], 1],
])('lines of one speaker heard as %j: %i came after a later one', (heard, reordered) => {
  const lines = room(2);
  for (let i = 0; i < 4; i++) lines.say(0, i, i);
  for (const number of heard) lines.hear(1, 0, number);
  expect(lines.counts).toMatchObject({ expected: 4, delivered: 4, reordered, duplicated: 0 });
});

test.each([
  ['nobody of that number', 7, 0],
  ['a negative number', -1, 0],
  ['a line that is yet to come', 0, 1],
  ['a negative line', 0, -1],
])('what was not said is garbage: %s', (_, speaker, number) => {
  const lines = room(2);
  lines.say(0, 1, 1);
  expect(lines.hear(1, speaker, number)).toBe(UNCOUNTED);
  expect(lines.counts).toMatchObject({ corrupted: 1, delivered: 0 });
});

test('a line that is never sent is expected by nobody, unless it had been given up before', () => {
  const lines = room(3);
  const [sent, unsent] = [lines.say(0, 1, 1), lines.say(0, 2, 2)];
  lines.hear(1, 0, sent);
  expect([lines.withdraw(0, unsent), lines.withdraw(0, unsent)]).toEqual([true, false]);
  expect([lines.counts.expected, lines.outstanding, lines.room(0)]).toEqual([2, 1, 3]);
  const late = lines.say(0, 3, 3);
  expect(late).toBe(unsent + 1);
  for (let due = lines.giveUp(0, 9); due >= 0; ) due = lines.giveUp(0, 9);
  expect([lines.withdraw(0, late), lines.counts.expected, lines.outstanding]).toEqual([false, 4, 0]);
});

test('who comes later is not expected to hear what was said before, and does no harm when it does', () => {
  const lines = new SaidLines(3, 4);
  lines.enter(0);
  lines.enter(1);
  const before = lines.say(0, 1, 1);
  lines.enter(2);
  const after = lines.say(0, 2, 2);
  expect(lines.hear(2, 0, before)).toBe(UNCOUNTED);
  expect(lines.hear(1, 0, before)).toBe(COMPLETE);
  expect(lines.hear(1, 0, after)).toBe(DELIVERED);
  expect(lines.hear(2, 0, after)).toBe(COMPLETE);
  expect(lines.counts).toMatchObject({ expected: 3, delivered: 3, duplicated: 0, reordered: 0 });
});

test('who leaves is missed for what was said before, and not for what comes', () => {
  const lines = room(3);
  const before = lines.say(0, 1, 1);
  lines.leave(2);
  expect(lines.hear(1, 0, before)).toBe(DELIVERED);
  expect(lines.hear(1, 0, lines.say(0, 2, 2))).toBe(COMPLETE);
  expect(lines.counts).toMatchObject({ expected: 3, delivered: 2 });
  expect(lines.outstanding).toBe(1);
});

test('a speaker has room for so many lines that not all have heard, in a room that is not empty', () => {
  const lines = room(2, 2);
  expect(lines.room(0)).toBe(2);
  const first = lines.say(0, 1, 1);
  lines.say(0, 2, 2);
  expect(lines.room(0)).toBe(0);
  lines.hear(1, 0, first);
  expect(lines.room(0)).toBe(1);
  lines.leave(1);
  expect(lines.room(0)).toBe(0);
});

test('what could be sent long ago is given up, however long it has been due; when it comes after all, it is late', () => {
  const lines = room(3);
  const old = lines.say(0, 10, 12);
  lines.say(0, 11, 20);
  lines.hear(1, 0, old);
  expect(lines.giveUp(0, 20)).toBe(10);
  expect(lines.missed).toBe(1);
  expect(lines.giveUp(0, 20)).toBe(-1);
  expect(lines.giveUp(1, 20)).toBe(-1);
  expect(lines.outstanding).toBe(1);
  expect(lines.hear(2, 0, old)).toBe(UNCOUNTED);
  expect(lines.counts).toMatchObject({ expected: 4, delivered: 1, late: 1, duplicated: 0 });
});

test('a line that is stuck holds up its speaker before its place is needed again', () => {
  const lines = room(2, 1000);
  lines.say(0, 1, 1);
  let said = 1;
  for (; lines.room(0) > 0; said++) lines.hear(1, 0, lines.say(0, 1, 1));
  expect(said).toBe(2048);
  expect(lines.hear(1, 0, 0)).toBe(COMPLETE);
});

test('counting anew expects what is outstanding', () => {
  const lines = room(3);
  lines.hear(1, 0, lines.say(0, 1, 1));
  lines.hear(2, 1, lines.say(1, 1, 1));
  lines.restart();
  expect(lines.counts).toMatchObject({ expected: 2, delivered: 0 });
});

test('what was not sent is not given up', () => {
  const lines = new SaidLines(2, 4);
  lines.enter(0);
  lines.enter(1);
  for (let i = 0; i < 3; i++) lines.say(0, 10 + i, 10 + i);
  const given = [1, 2, 3].map(() => lines.giveUp(0, 1000, 2));
  expect(given).toEqual([10, 11, -1]);
  expect(lines.outstanding).toBe(1);
});
