import type { Plan } from '../../../bench/model/result.ts';
import { modelNames } from '../../../servers/model-catalog.ts';
import { type CommandPart, flag, joined, NOTHING } from './command-line.ts';

/** Joins the names of several targets that share one load: `targetName` of bench/model/configuration.ts. */
const BETWEEN_MEMBERS = ' + ';
/** The number that distinguishes members of one name. */
const MEMBER_NUMBER = / #\d+$/;
const URL_SCHEME = /^[a-z+]+:\/\//;
/** Hosts that may be flooded without being allowed. */
const OWN_HOST = /^(localhost|127(\.\d+){3}|\[::1\]|)$/;

/** Reports whether a plan measures servers that run already. */
export function namesTargets(plan: Plan): boolean {
  return membersOf(plan).some(isUrl);
}

/** Returns the flags that name what is measured. @param modelFlag of the command: `model`, for one, or `models`. */
export function targetFlags(plan: Plan, modelFlag: 'model' | 'models'): CommandPart {
  const { commands = [], select, servedOn } = plan;
  const members = membersOf(plan);
  const models = members.filter((name) => isModel(name));
  const urls = members.filter(isUrl);
  const known = [...models, ...urls, ...commands.map(({ name }) => name)];
  const others = members.filter((name) => !known.includes(name));
  const unknown = servedOn === undefined ? others : [];
  return joined(
    ...(modelFlag === 'model' ? models.map((name) => flag('model', name)) : []),
    modelFlag === 'models' && models.length > 0 ? flag('models', models.join(',')) : NOTHING,
    ...commands.map(({ command }) => flag('exec', command)),
    ...commands.map(({ name }) => flag('name', name)),
    ...(servedOn === undefined ? [] : others.map((name) => flag('serve-command', name))),
    ...urls.map((url) => flag('target', url)),
    ...urls.map(urlNotes),
    ...otherHosts(urls),
    select === undefined ? NOTHING : flag('select', select),
    { words: [], notes: unknown.map((name) => `Results do not contain how ${name} was started`) },
    commands.length === 0
      ? NOTHING
      : { words: [], notes: ['Run it in the directory in which the commands of --exec work'] },
  );
}

/** Returns the servers of a plan, each by its name. */
function membersOf({ models, select }: Plan): string[] {
  const members = select === undefined ? models : models.flatMap((name) => name.split(BETWEEN_MEMBERS));
  return select === undefined ? members : members.map((name) => name.replace(MEMBER_NUMBER, ''));
}

function isModel(name: string): boolean {
  return modelNames.some((model) => model === name);
}

function isUrl(name: string): boolean {
  return URL_SCHEME.test(name);
}

function urlNotes(url: string): CommandPart {
  const isRedis = /^rediss?:/.test(url);
  return isRedis
    ? { words: [], notes: ['Results do not contain the password of a Redis server, if it has one'] }
    : NOTHING;
}

/** Returns the permission to flood hosts other than this one. */
function otherHosts(urls: readonly string[]): CommandPart[] {
  const hosts = urls.flatMap((url) => (URL.canParse(url) ? [new URL(url).hostname] : []));
  const others = [...new Set(hosts.filter((host) => !OWN_HOST.test(host)))].map((host) =>
    host.replace(/^\[(.*)\]$/, '$1'),
  );
  return others.length === 0 ? [] : [flag('allow-remote', others.join(','))];
}
