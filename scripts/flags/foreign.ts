import { commandName } from '../../bench/model/command-name.ts';
import type { ForeignServer } from '../../bench/model/configuration.ts';
import { duration } from '../cli/amounts.ts';
import { texts } from '../cli/flag-types.ts';
import type { Flags, Values } from '../cli/flags.ts';
import { MEASURED } from './options.ts';

/** Flags that name servers in any language, for the commands that measure. */
export const foreignFlags = {
  exec: texts().meta({
    group: MEASURED,
    description:
      "Start and measure your own server: a shell command 'CMD {port}'; {host} and {transport} are replaced, too. " +
      "Over unix: 'CMD {path}'",
  }),
  name: texts().meta({
    group: MEASURED,
    description:
      'Its name in tables; with several --exec, one name for each, in the same order [default: the command, shortened]',
  }),
  'start-timeout': duration().prefault('15s').meta({ group: MEASURED, description: 'Time limit until it listens' }),
};

/** Reads the servers that --exec names, one for each occurrence of the flag. */
export function readForeign(flags: Flags<Values<typeof foreignFlags>>): ForeignServer[] {
  const { exec: commands, name: names, 'start-timeout': startLimitMs } = flags.values;
  if (names.length > commands.length) {
    flags.refuse(`--name: ${names.length} names for ${commands.length} commands: give one name for each --exec`);
  }
  return commands.map((command, i) => ({
    kind: 'exec',
    name: names[i] ?? commandName(command),
    command,
    startLimitMs,
  }));
}
