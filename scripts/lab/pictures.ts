/** `npm run pictures`: see commands/pictures.ts. */

import { singleCommandMain } from '../cli/single-command.ts';
import { pictures } from './commands/pictures.ts';

await singleCommandMain('pictures', pictures);
