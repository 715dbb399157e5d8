import { type AppName, appNames, apps } from '../../servers/apps/catalog.ts';
import type { Workload } from './operating-point.ts';

/** Returns the workload that an app is made for; null when it cannot be measured. */
export function workloadOf(app: AppName): Workload | null {
  return apps[app].workload;
}

/**
 * Reports whether clients use Node's sockets, because the kernel does not know the protocol. Then the kernel's
 * timestamps of replies are not available.
 */
export function throughNode(transport: string, app: AppName): boolean {
  return transport === 'tls' || app === 'websocket';
}

/** Reports whether the load is HTTP requests, sent by autocannon's client. A handshake sends none. */
export function sendsHttp(app: string, workload: string): boolean {
  return app === 'http' && workload !== 'handshake';
}

/** Reports whether an app can be measured with a workload. A handshake needs no messages, so it suits every app. */
export function suits(app: AppName, workload: Workload): boolean {
  return workload === workloadOf(app) || workload === 'handshake';
}

/** Returns the first app that is made for a workload; undefined when there is none. */
export function appFor(workload: Workload): AppName | undefined {
  return appNames.find((app) => workloadOf(app) === workload);
}
