import { distance } from 'fastest-levenshtein';

/** The name that was probably meant by a mistyped one: a few edits away; undefined when none is near. */
export function nearest(mistyped: string, names: readonly string[]): string | undefined {
  const [best] = names
    .map((name) => ({ name, edits: distance(mistyped.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, edits }) => edits <= Math.max(2, Math.ceil(name.length / 3)) && edits < name.length)
    .sort((a, b) => a.edits - b.edits);
  return best?.name;
}

/** `unknown model 'epol'; did you mean 'epoll'?`, or else the names there are. */
export function unknown(kind: string, mistyped: string, names: readonly string[]): string {
  const meant = nearest(mistyped, names);
  return `unknown ${kind} '${mistyped}'; ${meant ? `did you mean '${meant}'?` : `there are ${names.join(', ')}`}`;
}
