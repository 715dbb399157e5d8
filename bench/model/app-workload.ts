import { type AppName, appNames, apps } from '../../servers/apps/catalog.ts';
import type { Workload } from './operating-point.ts';

/** The workload that an app is made for; null when it can't be measured. */
export function workloadOf(app: AppName): Workload | null {
  return apps[app].workload;
}

/** The first app that is made for a workload; undefined when there is none. */
export function appFor(workload: Workload): AppName | undefined {
  return appNames.find((app) => workloadOf(app) === workload);
}
