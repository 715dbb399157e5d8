import * as z from 'zod';
import { EXIT } from '../../bench/model/exit-code.ts';
import { jsonDocument } from '../../reports/text/json-document.ts';
import type { Command } from '../cli/command.ts';
import { print } from '../cli/output.ts';
import { configJsonSchema } from '../options/config-schema.ts';
import { configuredSchemas } from './configured.ts';

const flags = z.strictObject({});

/** `sockbench schema`: prints the JSON Schema of a configuration file. */
export const schema: Command<typeof flags> = {
  name: 'schema',
  describe: 'Print the JSON Schema of sockbench.config.*, with which editors complete and check it',
  schema: flags,
  examples: [['schema > sockbench.schema.json', 'then: # yaml-language-server: $schema=./sockbench.schema.json']],
  async run(flags) {
    flags.assertNoFaults();
    print(jsonDocument(configJsonSchema(await configuredSchemas())));
    return EXIT.ok;
  },
};
