import type { MicroResult } from '../../bench/lab/micro/measuring.ts';
import { hotPathNames } from '../../bench/lab/micro/names.ts';
import { EXIT } from '../../bench/model/exit-code.ts';
import { parseDuration } from '../../bench/model/units.ts';
import { jsonDocument } from '../../reports/text/json-document.ts';
import type { Command } from '../cli/command.ts';
import type { OptionSet } from '../cli/flags.ts';
import { mayColor, print, reportWidth, say } from '../cli/output.ts';
import { displayOptions } from '../flags/options.ts';

const options = {
  only: { type: 'string', describe: `Some of ${hotPathNames.join(', ')} [default: all]` },
  duration: { alias: 'd', type: 'string', default: '500ms', describe: 'Time measured for each' },
  json: { type: 'boolean', default: false, describe: 'Print JSON, for programs' },
  ...displayOptions,
} as const satisfies OptionSet;

/** `sockbench micro`: measures the cost of the generator's own hot paths. */
export const micro: Command<typeof options> = {
  name: 'micro',
  describe: "Measure sockbench's own hot paths, call by call",
  options,
  examples: [['micro --only histogram-record,ffi-call', 'two of them']],
  async run(flags) {
    const only = flags.choices('only', 'hot path', hotPathNames);
    const durationMs = flags.value('duration', parseDuration);
    flags.assertNoFaults();
    const [{ hotPaths }, { measureHotPath }, { renderMicro }] = await Promise.all([
      import('../../bench/lab/micro/catalog.ts'),
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
    if (flags.has('json')) {
      for (const reason of leftOut) say(`left out: ${reason}`);
      print(jsonDocument(results));
    } else {
      const color = mayColor(process.stdout, flags.has('no-color'));
      print(renderMicro(results, leftOut, { color, width: reportWidth() }));
    }
    return EXIT.ok;
  },
};
