import * as z from 'zod';
import type { MicroResult } from '../../bench/lab/micro/measuring.ts';
import { hotPathNames } from '../../bench/lab/micro/names.ts';
import { EXIT } from '../../bench/model/exit-code.ts';
import { jsonDocument } from '../../reports/text/json-document.ts';
import { duration } from '../cli/amounts.ts';
import type { Command } from '../cli/command.ts';
import { someOf, toggle } from '../cli/flag-types.ts';
import { log, mayColor, print, reportWidth } from '../cli/output.ts';
import { displayFlags } from '../flags/output.ts';

const schema = z.strictObject({
  only: someOf('hot path', hotPathNames)
    .optional()
    .meta({ description: `Some of ${hotPathNames.join(', ')} [default: all]` }),
  duration: duration().prefault('500ms').meta({ alias: 'd', description: 'Time measured for each' }),
  json: toggle().meta({ description: 'Print JSON, for programs' }),
  ...displayFlags,
});

/** `sockbench micro`: measures the cost of the generator's own hot paths. */
export const micro: Command<typeof schema> = {
  name: 'micro',
  describe: "Measure sockbench's own hot paths, call by call",
  schema,
  examples: [['micro --only histogram-record,ffi-call', 'two of them']],
  async run(flags) {
    const { only, duration: durationMs, json, 'no-color': noColor } = flags.values;
    flags.assertNoFaults();
    const [{ hotPaths }, { measureHotPath }, { renderMicro }] = await Promise.all([
      import('../../bench/lab/micro/hot-paths.ts'),
      import('../../bench/lab/micro/measuring.ts'),
      import('../../reports/renderers/micro.ts'),
    ]);
    const chosen = hotPaths.filter(({ name }) => only?.includes(name) ?? true);
    const results: MicroResult[] = [];
    const leftOut: string[] = [];
    for (const path of chosen) {
      const reason = path.whyNot?.();
      if (reason === undefined) results.push(await measureHotPath(path, durationMs));
      else leftOut.push(`${path.name}: ${reason}`);
    }
    if (json) {
      for (const reason of leftOut) log(`left out: ${reason}`);
      print(jsonDocument(results));
    } else {
      const color = mayColor(process.stdout, noColor);
      print(renderMicro(results, leftOut, { color, width: reportWidth() }));
    }
    return EXIT.ok;
  },
};
