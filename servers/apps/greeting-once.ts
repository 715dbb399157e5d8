import type { App } from './app.ts';
import { Greeting } from './greeting.ts';

export const app: App = new Greeting({ once: true });
