import { type AppName, appNames, apps } from '../../servers/apps/catalog.ts';
import type { Workload } from './operating-point.ts';

/** The workload that an app is made for; null when it can't be measured. */
export function workloadOf(app: AppName): Workload | null {
  return apps[app].workload;
}

/** Must clients go through Node, as the kernel knows nothing of what is spoken? Then it can't tell when replies came. */
export function throughNode(transport: string, app: AppName): boolean {
  return transport === 'tls' || app === 'websocket';
}

/** Are HTTP requests sent, by autocannon's client? A handshake says nothing. */
export function sendsHttp(app: string, workload: string): boolean {
  return app === 'http' && workload !== 'handshake';
}

/** Can an app be measured with a workload? To shake hands nothing need be said. */
export function suits(app: AppName, workload: Workload): boolean {
  return workload === workloadOf(app) || workload === 'handshake';
}

/** The first app that is made for a workload; undefined when there is none. */
export function appFor(workload: Workload): AppName | undefined {
  return appNames.find((app) => workloadOf(app) === workload);
}
