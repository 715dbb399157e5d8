import { describe, expect, onTestFinished, test } from 'vitest';
import { whyUnavailable } from '../../servers/model-availability.ts';
import { Chatter, Chatters } from '../conformance/chatters.ts';
import { StreamClient } from '../conformance/stream-client.ts';
import { whyMissing } from '../requirements.ts';
import { ServerProcess } from './server-process.ts';
import { until } from './until.ts';

const options = { model: 'process-per-connection', transport: 'tcp', app: 'chat' } as const;
/** Each conversation takes one descriptor permanently, and several more while its process is started. */
const SPARE_FILES = 8;
const CLIENTS = 12;

describe.skipIf(whyUnavailable('process-per-connection') ?? whyMissing('prlimit'))('process-per-connection', () => {
  test('closes a client for which no descriptors are left, and the others continue to chat', async () => {
    const server = await ServerProcess.start(options);
    onTestFinished(() => server.kill());
    await using room = await Chatters.enter(server.address, 'tcp', 2);
    server.limitOpenFiles(SPARE_FILES);

    const late: Chatter[] = [];
    for (let i = 0; i < CLIENTS; i++) {
      const client = await StreamClient.connect(server.address);
      onTestFinished(() => client[Symbol.asyncDispose]());
      late.push(new Chatter(client));
    }
    await until('one to be closed', () => late.some(({ gone }) => gone));

    room.at(0).send('we continue\n');
    expect(await room.at(1).received(1)).toEqual(['we continue']);
  });
});
