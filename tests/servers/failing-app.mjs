/** Loaded before all else into a thread, has the echo app fail there: by an error, or with `FAIL=exit` by leaving. */
import { app } from '../../dist/servers/apps/echo.js';

app.stream = () => ({
  receive() {
    if (process.env.FAIL === 'exit') process.exit(3);
    throw new Error('the app fails');
  },
});
