import { distance } from 'fastest-levenshtein';

/** Returns the name closest to a mistyped one by edit distance; undefined when none is close. */
export function nearest(mistyped: string, names: readonly string[]): string | undefined {
  const [best] = names
    .map((name) => ({ name, edits: distance(mistyped.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, edits }) => edits <= Math.max(2, Math.ceil(name.length / 3)) && edits < name.length)
    .sort((a, b) => a.edits - b.edits);
  return best?.name;
}

/** Returns a message such as `unknown model 'epol'; did you mean 'epoll'?`; without a close name it lists all. */
export function unknown(kind: string, mistyped: string, names: readonly string[]): string {
  const meant = nearest(mistyped, names);
  return `unknown ${kind} '${mistyped}'; ${meant ? `did you mean '${meant}'?` : `there are ${names.join(', ')}`}`;
}
