// Loaded before the program, this makes koffi missing, as where it has no build for the platform.
const Module = require('node:module');

const resolve = Module._resolveFilename;
Module._resolveFilename = function (request, ...rest) {
  if (request === 'koffi') throw new Error("Cannot find module 'koffi'\nRequire stack:\n- somewhere");
  return resolve.call(this, request, ...rest);
};
