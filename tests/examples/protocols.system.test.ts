import { expect, test } from 'vitest';
import { sockbench } from '../cli/program.ts';
import { whyMissing } from '../requirements.ts';
import { startDnsmasq, startMemcached } from './installed-server.ts';

// The examples of protocols, against the servers for which they are written.

/** Tests an example with the replies of a server. */
async function check(example: string, target: string, options: readonly string[]): Promise<void> {
  const given = options.flatMap((option) => ['--protocol-option', option]);
  const { code, stdout, stderr } = await sockbench(
    ...['protocol-test', `examples/protocols/${example}`, '--target', target, ...given],
  );
  expect({ code, stderr }, stdout).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain(`${example} keeps its contract, with 24 replies`);
}

test.skipIf(whyMissing('memcached'))('the example of memcached conforms with replies of memcached', async () => {
  const target = await startMemcached();
  await check('memcached.ts', target, []);
  await check('memcached.ts', target, ['size=1000', 'sets=0.5']);
});

test.skipIf(whyMissing('dnsmasq'))('the example of DNS conforms with replies of dnsmasq', async () => {
  const target = await startDnsmasq();
  for (const type of ['A', 'AAAA']) {
    for (const name of ['example.test', 'a.example.test', 'missing.test']) {
      await check('dns.ts', target, [`name=${name}`, `type=${type}`]);
    }
  }
});
