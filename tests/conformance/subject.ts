import type { AppName } from '../../servers/apps/catalog.ts';
import type { ModelName } from '../../servers/catalog.ts';
import type { TransportName } from '../../servers/transport.ts';

/** What one run of a suite is about. */
export interface Subject {
  readonly model: ModelName;
  readonly app: AppName;
  readonly transport: TransportName;
}
