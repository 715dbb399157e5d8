import { readFileSync } from 'node:fs';

/**
 * Returns the datagrams that this machine's sockets of a local port have dropped so far because their receive buffers
 * were full: the last column of /proc/net/udp and udp6. Null where there is no such file, or no socket of that port.
 */
export function dropsOfUdpPort(port: number): number | null {
  const drops = ['udp', 'udp6'].flatMap((table) => parseUdpDrops(read(`/proc/net/${table}`), port));
  return drops.length === 0 ? null : drops.reduce((sum, each) => sum + each, 0);
}

/** Returns the drops of each socket of a local port, from the text of /proc/net/udp. */
export function parseUdpDrops(table: string, port: number): number[] {
  // Addresses and ports are hexadecimal: `  12: 0100007F:1F90 00000000:0000 07 …`.
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return table.split('\n').flatMap((line) => {
    const fields = line.trim().split(/\s+/);
    return fields[1]?.endsWith(suffix) ? [Number(fields.at(-1))] : [];
  });
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
