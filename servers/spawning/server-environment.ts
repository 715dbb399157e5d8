/** Names a file of certificates that Node trusts beside its own. */
const EXTRA_CERTIFICATES = 'NODE_EXTRA_CA_CERTS';

/**
 * Returns the environment for a program in Node that runs a server, or watches over one: without extra certificates. Node
 * 20 parses them, and its own, whenever it starts, which more than doubles the time of a start (docs/costs.md). No server
 * here verifies a certificate.
 */
export function serverEnvironment(): NodeJS.ProcessEnv {
  const { env } = process;
  return env[EXTRA_CERTIFICATES] ? { ...env, [EXTRA_CERTIFICATES]: '' } : env;
}
