import type { AppName } from '../../servers/apps/app-catalog.ts';
import type { Transport } from '../../sockets/socket.ts';
import { describeAckDatagrams } from './ack-datagrams.ts';
import { describeChargenDatagrams, describeChargenStreams } from './chargen.ts';
import { describeChat } from './chat.ts';
import { describeChatWithOperator } from './chat-operator.ts';
import { describeDialogues } from './dialogues.ts';
import { describeDiscardDatagrams, describeDiscardStreams } from './discard.ts';
import { describeEchoDatagrams } from './echo-datagrams.ts';
import { describeEchoStreams } from './echo-streams.ts';
import { describeGreetingOnce } from './greeting-once.ts';
import { describeHttp } from './http.ts';
import type { Subject } from './subject.ts';
import { describeWebSockets } from './web-sockets.ts';

const NOTHING = Buffer.alloc(0);

/** The tests of each app on each model: one suite for streams of any transport, and one for datagrams. */
export const appSuites: Record<AppName, Partial<Record<Transport, (subject: Subject) => void>>> = {
  echo: {
    tcp: describeEchoStreams,
    udp: describeEchoDatagrams,
  },
  discard: {
    tcp: describeDiscardStreams,
    udp: describeDiscardDatagrams,
  },
  chargen: {
    tcp: describeChargenStreams,
    udp: describeChargenDatagrams,
  },
  'greeting-once': {
    tcp: describeGreetingOnce,
  },
  greeting: {
    tcp: (subject) => describeDialogues(subject, { first: Buffer.from('Hello from server'), last: NOTHING }),
  },
  ack: {
    tcp: (subject) => describeDialogues(subject, { first: NOTHING, last: Buffer.from('ACK') }),
    udp: describeAckDatagrams,
  },
  websocket: {
    tcp: describeWebSockets,
  },
  'chat-operator': {
    tcp: describeChatWithOperator,
  },
  chat: {
    tcp: describeChat,
  },
  http: {
    tcp: describeHttp,
  },
};
