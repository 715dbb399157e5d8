import * as z from 'zod';
import { text, toggle } from '../cli/flag-types.ts';

/** Heading of `--help` for where options come from. */
const CONFIGURATION = 'Configuration:';

/** Flags for where options come from, for the commands that can be configured. */
export const configFlags = {
  config: text().optional().meta({
    group: CONFIGURATION,
    description: 'File of options: FILE.yaml, .json, .ts or .js [default: sockbench.config.* here, if there is one]',
  }),
  'no-config': toggle().meta({ group: CONFIGURATION, description: 'Read no file' }),
  scenario: text().optional().meta({
    group: CONFIGURATION,
    description: 'Use the options of this scenario of the file',
  }),
  'print-config': toggle().meta({
    group: CONFIGURATION,
    description: 'Print the options in effect and where each comes from, and measure nothing',
  }),
};

export const configSchema = z.strictObject(configFlags);

/** Flags that only a command line has. */
export const COMMAND_LINE_ONLY: readonly string[] = ['print-config'];
