import * as z from 'zod';
import type { TlsOptions } from './tls-options.ts';

/** What results store of {@link TlsOptions}: what changes the measured work, and neither certificates nor keys. */
export const tlsRecordSchema = z.object({
  alpn: z.array(z.string()).readonly(),
  servername: z.string().nullable(),
  verified: z.boolean(),
  clientCertificate: z.boolean(),
  resume: z.boolean(),
});
export type TlsRecord = Readonly<z.infer<typeof tlsRecordSchema>>;

/** Returns what results store of options. */
export function tlsRecord({ alpn, servername, ca, identity, resume }: TlsOptions): TlsRecord {
  return { alpn, servername, verified: ca !== null, clientCertificate: identity !== null, resume };
}
