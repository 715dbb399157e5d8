/**
 * Runs a model on request over IPC, and stays alive after the server is closed, so that tests can look for leaks.
 * {start: spec} is answered by {address} or {failed: message}, {close: true} by {closed: true}, {measure: true} by the memory that it holds.
 * Ends with its parent.
 */
const [, , catalogUrl] = process.argv;
const { loadModel } = await import(catalogUrl);
const { liveMemory } = await import(new URL('../sockets/memory/live-memory.js', catalogUrl));

/** Returns bytes of native memory, of JavaScript's memory, and of the process, after a garbage collection. */
function measure() {
  globalThis.gc?.();
  const { heapUsed, external, rss } = process.memoryUsage();
  return { native: liveMemory().bytes, script: heapUsed + external, rss };
}

let server;
process.on('message', async (message) => {
  if (message.load) {
    await loadModel(message.load);
    process.send({ loaded: true });
  } else if (message.start) {
    const { start } = await loadModel(message.start.model);
    try {
      server = await start(message.start);
      process.send({ address: server.address });
    } catch (error) {
      process.send({ failed: error.message });
    }
  } else if (message.measure) {
    process.send(measure());
  } else {
    await server.close();
    process.send({ closed: true });
  }
});
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
process.send({ up: true });
