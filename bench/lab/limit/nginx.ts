import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PAGE } from './autocannon.ts';
import type { CReference, ReferenceServer } from './reference.ts';

/** nginx's folders for data that does not fit into memory. By default they are in /var/lib, which only root may use. */
const TEMPORARY_FOLDERS = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];

/**
 * Starts nginx in one process on one CPU. It replies to every request with the same page.
 * @throws {TargetError} when it does not listen in time.
 * @throws {Error} when openssl cannot make a certificate.
 */
export function serveByNginx(reference: CReference, transport: 'tcp' | 'tls', cpu: number): Promise<ReferenceServer> {
  const folder = reference.createFolder('nginx');
  if (transport === 'tls') createCertificate(folder);
  const command = (port: string) => {
    const file = join(folder, 'nginx.conf');
    writeFileSync(file, nginxConfiguration(port, transport));
    return ['nginx', '-e', 'stderr', '-p', folder, '-c', file] as const;
  };
  return reference.listen('tcp', command, cpu);
}

/** Returns a configuration of nginx that writes nothing outside its prefix, and closes no connection. */
export function nginxConfiguration(port: string, transport: 'tcp' | 'tls'): string {
  const secure = transport === 'tls';
  return `daemon off;
master_process off;
worker_processes 1;
pid nginx.pid;
events { worker_connections 1024; }
http {
  access_log off;
  keepalive_requests 1000000000;
  ${TEMPORARY_FOLDERS.map((name) => `${name}_temp_path ${name};`).join('\n  ')}
  default_type text/plain;
  server {
    listen 127.0.0.1:${port}${secure ? ' ssl' : ''};
    ${secure ? 'ssl_certificate certificate.pem;\n    ssl_certificate_key key.pem;' : ''}
    location / { return 200 "${PAGE}"; }
  }
}
`;
}

/** Creates a certificate that signs itself, and its key. */
function createCertificate(folder: string): void {
  const request = ['req', '-x509', '-days', '2', '-subj', '/CN=localhost'];
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const files = ['-keyout', join(folder, 'key.pem'), '-out', join(folder, 'certificate.pem')];
  execFileSync('openssl', [...request, ...key, ...files], { stdio: 'pipe' });
}
