import type { AppName } from '../../servers/apps/app-catalog.ts';
import type { ModelName } from '../../servers/model-catalog.ts';
import type { TransportName } from '../../servers/transport.ts';

/** The subject of one run of a suite. */
export interface Subject {
  readonly model: ModelName;
  readonly app: AppName;
  readonly transport: TransportName;
}
