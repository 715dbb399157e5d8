import { PassThrough } from 'node:stream';
import { expect, onTestFinished, test } from 'vitest';
import { TerminalView } from '../../../scripts/live/terminal/terminal-view.ts';
import { started, trialEvents } from './events.ts';

test('time counts from the start of the measurement, not from that of the view', async () => {
  const terminal = Object.assign(new PassThrough(), { columns: 80, rows: 24 });
  const view = new TerminalView(terminal as unknown as NodeJS.WriteStream, process.stdin, true);
  onTestFinished(() => view.leave());
  view.event({ ...started(), seconds: 1000 });
  for (const event of trialEvents(1, 1000.1).slice(0, -1)) view.event(event);
  await view.close();
  expect(String(terminal.read())).toMatch(/trial 1 of 4/);
});
