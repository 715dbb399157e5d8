// Makes koffi fail to load, as on a platform without a build of it. Loaded before the program with --require.
const Module = require('node:module');

const resolve = Module._resolveFilename;
Module._resolveFilename = function (request, ...rest) {
  if (request === 'koffi') throw new Error("Cannot find module 'koffi'\nRequire stack:\n- somewhere");
  return resolve.call(this, request, ...rest);
};
