import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { Daemon } from '../../../bench/lab/fleet/losses/daemon.ts';
import { makeCertificate } from '../../../servers/node/certificate.ts';
import { scratchDirectory } from '../../cli/program.ts';

/** Starts a NATS server with a configuration, which ends with the test. @returns its port. */
export async function startConfiguredNats(configuration: string): Promise<string> {
  const file = join(scratchDirectory(), 'nats.conf');
  writeFileSync(file, `listen: "127.0.0.1:-1"\n${configuration}`);
  const daemon = new Daemon('nats-server', ['-c', file]);
  onTestFinished(() => daemon.end());
  const [, port = ''] = await daemon.waitFor(/client connections on [\d.]+:(\d+)/);
  await daemon.waitFor(/Server is ready/);
  return port;
}

/** Writes the certificate of a server of this machine, which is its own authority. @returns what the configuration needs. */
export function writeIdentity(): { readonly ca: string; readonly tls: string } {
  const directory = scratchDirectory();
  const { key, cert } = makeCertificate();
  const [keyFile, certFile] = [join(directory, 'key.pem'), join(directory, 'cert.pem')];
  writeFileSync(keyFile, key);
  writeFileSync(certFile, cert);
  return { ca: certFile, tls: `tls { cert_file: "${certFile}", key_file: "${keyFile}" }` };
}
