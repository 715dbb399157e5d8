import type { MeasuredTrial, Reason } from '../../model/trial.ts';

/** Was the server at the end what it was when measuring began? */
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
