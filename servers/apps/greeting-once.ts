import type { StreamApp } from './app.ts';
import { Greeting } from './greeting.ts';

export function createApp(): StreamApp {
  return new Greeting({ once: true });
}
