/** With `node --require`: autocannon's process fails at its start. */
if (process.argv[1]?.endsWith('autocannon-main.js')) throw new Error('autocannon is missing');
