import { whyNotCarried } from '../../servers/carrying.ts';
import type { Transport } from '../../sockets/socket.ts';
import { type RunConfiguration, type TargetSpec, transportsOf } from './configuration.ts';
import type { Reason } from './trial.ts';

/** Why a target can't be measured over a transport, as a clause; undefined when it can, as far as is known. */
export function whyNotMeasured(
  target: TargetSpec,
  { app }: Pick<RunConfiguration, 'app'>,
  transport: Transport,
): string | undefined {
  if (target.kind === 'model') return whyNotCarried(target.model, app, transport);
  return target.transport === transport ? undefined : `it speaks ${target.transport} only`;
}

/** Models that are measured over some of a run's transports and left out over others: which, and why. */
export function leftOut(configuration: RunConfiguration): Reason[] {
  return transportsOf(configuration).flatMap((transport) =>
    configuration.targets.flatMap((target): Reason[] => {
      const why = target.kind === 'model' && whyNotMeasured(target, configuration, transport);
      return why ? [{ code: 'left-out', message: `${target.model} was not measured over ${transport}: ${why}` }] : [];
    }),
  );
}
