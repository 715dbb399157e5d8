import { type AppName, apps } from './apps/catalog.ts';
import { type CarriedApp, type CarryingModel, capabilities } from './capability.ts';
import { type ModelName, models } from './catalog.ts';
import { kernelTransport, type TransportName, transportNames, whyAbsent } from './transport.ts';

/** Reports whether an app works over a transport, whatever the model. */
export function worksOver(app: AppName, transport: TransportName): boolean {
  const { transports }: CarriedApp = apps[app];
  return transports.includes(kernelTransport(transport));
}

/** Returns why a model does not carry an app over a transport, as a clause, or undefined when it does. */
export function whyNotCarried(model: ModelName, app: AppName, transport: TransportName): string | undefined {
  const { transports, without, can } = models[model] as CarryingModel;
  const { needs } = apps[app] as CarriedApp;
  if (!worksOver(app, transport)) return `${app} is not available over ${transport}`;
  if (!transports.includes(transport)) {
    return without?.[transport] ?? whyAbsent(transport) ?? `${model} does not serve over ${transport}`;
  }
  const missing = needs?.find((capability) => !can?.includes(capability));
  return missing && `${app} needs ${capabilities[missing]}`;
}

/** Returns the transports over which a model carries an app: those that both support. */
export function transportsCarrying(model: ModelName, app: AppName): TransportName[] {
  return transportNames.filter((transport) => whyNotCarried(model, app, transport) === undefined);
}
