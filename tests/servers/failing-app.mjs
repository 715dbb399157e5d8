/** Preloaded into a thread, makes the echo app fail there: with an error, or with `FAIL=exit` by exiting. */
import { createApp } from '../../dist/servers/apps/echo.js';

const sessions = Object.getPrototypeOf(createApp().stream());
sessions.receive = () => {
  if (process.env.FAIL === 'exit') process.exit(3);
  throw new Error('the app fails');
};
