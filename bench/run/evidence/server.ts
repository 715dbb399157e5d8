import type { MeasuredTrial, Reason } from '../../model/trial.ts';

/** Returns why a trial is invalid when the server lost processes while it was measured. */
export function serverInvalidations({ lostProcesses = [] }: MeasuredTrial): Reason[] {
  if (lostProcesses.length === 0) return [];
  return [
    {
      code: 'server-process-ended',
      message:
        `${lostProcesses.join('; ')} while the server was measured, and this kernel does not report how (Linux 6.15 ` +
        'and later do): if it crashed, fix it first; if the server replaces its processes, make it do so less often',
    },
  ];
}
