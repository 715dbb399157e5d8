import { expect, test } from 'vitest';
import { Screen } from '../../../scripts/live/terminal/screen.ts';

const CSI = '\u001b[';

function recording(): { screen: Screen; writes: string[] } {
  const writes: string[] = [];
  return { screen: new Screen({ write: (text) => writes.push(text) }), writes };
}

test('a frame is one write of the lines that changed', () => {
  const { screen, writes } = recording();
  screen.enter();
  screen.draw(['one', 'two', 'three']);
  screen.draw(['one', 'two', 'three']);
  screen.draw(['one', '2', 'three']);
  expect(writes).toEqual([
    `${CSI}?1049h${CSI}?25l${CSI}?7l${CSI}2J`,
    `${CSI}2J${CSI}1;1Hone${CSI}K${CSI}2;1Htwo${CSI}K${CSI}3;1Hthree${CSI}K`,
    `${CSI}2;1H2${CSI}K`,
  ]);
});

test('after a change of size everything is drawn again', () => {
  const { screen, writes } = recording();
  screen.enter();
  screen.draw(['one']);
  screen.forget();
  screen.draw(['one']);
  expect(writes[2]).toBe(writes[1]);
});

test('it is restored once, and nothing is drawn before or afterwards', () => {
  const { screen, writes } = recording();
  screen.draw(['early']);
  screen.leave();
  expect(writes).toEqual([]);
  screen.enter();
  screen.leave();
  screen.leave();
  screen.draw(['late']);
  expect(writes.slice(1)).toEqual([`${CSI}?7h${CSI}?25h${CSI}?1049l`]);
});
