/** Preloaded into a thread, makes the echo app fail there: with an error, or with `FAIL=exit` by exiting. */
import { app } from '../../dist/servers/apps/echo.js';

app.stream = () => ({
  receive() {
    if (process.env.FAIL === 'exit') process.exit(3);
    throw new Error('the app fails');
  },
});
