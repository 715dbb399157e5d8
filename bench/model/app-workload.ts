import { type AppName, appNames, apps } from '../../servers/apps/catalog.ts';
import { type Workload, workloads } from './operating-point.ts';

/** What is read of an app here; one that names no workload answers requests. */
const entries: Readonly<Record<string, { readonly title: string; readonly workload?: string }>> = apps;

/** The workload that an app is made for. */
export function workloadOf(app: AppName): Workload {
  const named = entries[app]?.workload;
  return named !== undefined && isWorkload(named) ? named : 'request-response';
}

/** The first app that is made for a workload; undefined when there is none. */
export function appFor(workload: Workload): AppName | undefined {
  return appNames.find((app) => workloadOf(app) === workload);
}

function isWorkload(name: string): name is Workload {
  return Object.hasOwn(workloads, name);
}
