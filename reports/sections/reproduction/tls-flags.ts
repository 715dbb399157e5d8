import type { TlsRecord } from '../../../bench/model/tls-record.ts';
import { type CommandPart, flag, joined, NOTHING, placeholder } from './command-line.ts';

/** Returns the flags for how clients use TLS. Results contain neither certificates nor keys. */
export function tlsFlags({ alpn, servername, verified, clientCertificate, resume }: TlsRecord): CommandPart {
  const note = 'Results contain no certificates and no keys: name their files';
  return joined(
    alpn.length === 0 ? NOTHING : flag('alpn', alpn.join(',')),
    servername === null ? NOTHING : flag('servername', servername),
    verified ? placeholder('ca', 'ca.pem', note) : NOTHING,
    clientCertificate
      ? joined(placeholder('cert', 'client.pem', note), placeholder('key', 'client-key.pem', note))
      : NOTHING,
    resume ? { words: ['--tls-resume'], notes: [] } : NOTHING,
  );
}
