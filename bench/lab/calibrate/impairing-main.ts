/** Entry point of the reference server's thread. See impairing-server.ts. */
import { parentPort, workerData } from 'node:worker_threads';
import { setAffinity } from '../../../sockets/os/cpu.ts';
import { setTimerSlack } from '../../../sockets/os/process.ts';
import { localAddress, openServer } from '../../../sockets/socket.ts';
import { ImpairedDatagrams } from './impaired-datagrams.ts';
import { ImpairedStreams } from './impaired-streams.ts';
import { ImpairingBoard, type ImpairingSpec } from './impairing-server.ts';

const { impairments, transport, cpus, board } = workerData as ImpairingSpec;
if (cpus.length > 0) setAffinity(0, cpus);
setTimerSlack(1);
const fd = openServer(transport, { host: '127.0.0.1', port: 0 }, { blocking: false });
const TheServer = transport === 'tcp' ? ImpairedStreams : ImpairedDatagrams;
const server = new TheServer(fd, impairments, new ImpairingBoard(board));
parentPort?.postMessage(localAddress(fd));
server.run();
