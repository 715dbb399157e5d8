import type { MeasuredTrial, Reason } from '../../model/trial.ts';

/** Returns why a trial is invalid when the server lost processes while it was measured. */
export function serverInvalidations({ lostProcesses = [] }: MeasuredTrial): Reason[] {
  if (lostProcesses.length === 0) return [];
  return [
    {
      code: 'server-process-ended',
      message:
        `of the server, ${lostProcesses.join('; ')} while it was measured, and this kernel does not tell how (Linux 6.15 and ` +
        'later do): when it crashed, fix it first; when the server replaces its processes, have it do so more rarely',
    },
  ];
}
