/**
 * Starts a model whose app fails in threads, sends it data, and writes the model's reports to stdout, one a line.
 * Arguments: MODEL. See failing-app.mjs.
 */
import { syncBuiltinESMExports } from 'node:module';
import { connect } from 'node:net';
import workerThreads from 'node:worker_threads';

const failing = new URL('./failing-app.mjs', import.meta.url).href;
workerThreads.Worker = class extends workerThreads.Worker {
  constructor(file, options) {
    super(file, { ...options, execArgv: ['--import', failing] });
  }
};
syncBuiltinESMExports();
const { loadModel } = await import('../../dist/servers/model-catalog.js');

const { start } = await loadModel(process.argv[2]);
const spec = { transport: 'tcp', app: 'echo', poolThreads: 2, host: '127.0.0.1', port: 0 };
const server = await start(spec, (how) => process.stdout.write(`${how}\n`));
const socket = connect(server.address.port, '127.0.0.1', () => socket.write('x'));
socket.on('error', () => undefined);
// No thread serves, so none fails.
socket.once('data', () => process.stdout.write('answered\n'));
