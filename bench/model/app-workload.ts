import { type AppEntry, type AppName, type AppProtocol, appNames, apps } from '../../servers/apps/app-catalog.ts';
import type { Exchange } from './exchange.ts';
import type { Workload } from './operating-point.ts';

/** Returns the workload that an app is made for; null when it cannot be measured. */
export function workloadOf(app: AppName): Workload | null {
  return apps[app].workload;
}

/** Returns the protocol between the transport and the app's messages; undefined when there is none. */
function protocolOf(app: AppName): AppProtocol | undefined {
  const { protocol }: AppEntry = apps[app];
  return protocol;
}

/** Reports whether clients of an app speak WebSocket. */
export function speaksWebSocket(app: AppName): boolean {
  return protocolOf(app) === 'WebSocket';
}

/** Reports whether an app speaks HTTP: its server decides how long replies are. @param app may be unknown here. */
export function speaksHttp(app: string): boolean {
  return appsSpeaking('HTTP').some((name) => name === app);
}

/** Reports whether a connection begins with a handshake of TLS or WebSocket. */
export function shakesHands(transport: string, app: AppName): boolean {
  return transport === 'tls' || speaksWebSocket(app);
}

/** Reports whether the size of messages is measured, because the server or the user's own requests decide it. */
export function hasMeasuredSize(app: string, exchange: Exchange | null | undefined): boolean {
  return speaksHttp(app) || (exchange !== null && exchange !== undefined);
}

/**
 * Reports whether the kernel can record when replies arrive. It does not on streams of Unix-domain sockets: SO_TIMESTAMPNS
 * has no effect there (unix_stream_read_generic in net/unix/af_unix.c).
 */
export function isStamped(transport: string): boolean {
  return transport !== 'unix';
}

/** Returns the body of every reply of an app that speaks HTTP; null when it is not known. */
export function pageOf(app: AppName): string | null {
  const { page }: AppEntry = apps[app];
  return page ?? null;
}

/** Returns why an app's requests can't be given work, as a clause; undefined when they can. */
export function whyWithoutWork(app: AppName): string | undefined {
  const { withoutWork }: AppEntry = apps[app];
  return withoutWork;
}

/**
 * Reports whether an app can be measured with a workload. A handshake needs no messages, so it suits every app, and
 * requests of the user's own suit whatever app answers them.
 */
export function suits(app: AppName, workload: Workload, exchange: Exchange | null): boolean {
  const own = exchange?.protocol === 'script' || exchange?.protocol === 'plug-in';
  return workload === workloadOf(app) || workload === 'handshake' || own;
}

/** Returns the apps that are made for a workload. */
export function appsFor(workload: Workload): AppName[] {
  return appNames.filter((app) => workloadOf(app) === workload);
}

/** Returns the apps that speak a protocol. */
export function appsSpeaking(protocol: AppProtocol): AppName[] {
  return appNames.filter((app) => protocolOf(app) === protocol);
}
