/**
 * Runs the model that it is told by IPC, and stays when the server is closed, so that what is left can be seen:
 * {start: spec} is answered by {address}, {close: true} by {closed: true}. Ends with its parent.
 */
const [, , catalogUrl] = process.argv;
const { loadModel } = await import(catalogUrl);

let server;
process.on('message', async (message) => {
  if (message.load) {
    await loadModel(message.load);
    process.send({ loaded: true });
  } else if (message.start) {
    server = await (await loadModel(message.start.model)).start(message.start);
    process.send({ address: server.address });
  } else {
    await server.close();
    process.send({ closed: true });
  }
});
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
process.send({ up: true });
