import { expect, test } from 'vitest';
import { type Layer, type LayerRules, mergedLayers } from '../../scripts/cli/layer.ts';

/** Returns a layer of these values. */
function layer(source: string, values: Readonly<Record<string, unknown>>): Layer {
  return new Map(
    Object.entries(values).map(([name, value]) => [name, { value, origin: { called: `${source}: ${name}`, source } }]),
  );
}

/** Returns the merged values, each with its source and what implies it. */
function merged(layers: readonly Layer[], rules?: LayerRules) {
  return Object.fromEntries(
    [...mergedLayers(layers, rules)].map(([name, { value, origin, impliedBy }]) => [
      name,
      [value, origin.source, ...(impliedBy === undefined ? [] : [impliedBy])],
    ]),
  );
}

const file = layer('file', { duration: '5s', exec: 'mine', name: 'x', size: '8' });

test('a value of a higher layer replaces that of a lower one', () => {
  const line = layer('line', { size: '64', models: ['epoll', 'async'] });
  expect(merged([file, line])).toEqual({
    duration: ['5s', 'file'],
    exec: ['mine', 'file'],
    name: ['x', 'file'],
    size: ['64', 'line'],
    models: [['epoll', 'async'], 'line'],
  });
});

test('and displaces values of lower layers that it excludes, but none of its own', () => {
  const rules = {
    displacements: [
      { given: ['stage'], displaced: ['duration'] },
      { given: ['exec'], displaced: ['exec', 'name'] },
    ],
  };
  expect(merged([file, layer('line', { stage: '1s:5', exec: 'other' })], rules)).toEqual({
    size: ['8', 'file'],
    stage: ['1s:5', 'line'],
    exec: ['other', 'line'],
  });
  expect(merged([layer('line', { stage: '1s:5', duration: '5s' })], rules)).toEqual({
    stage: ['1s:5', 'line'],
    duration: ['5s', 'line'],
  });
});

test('a toggle implies values of its layer: above lower layers, below what its layer gives', () => {
  const rules = { implied: { quick: { rounds: '1', duration: '200ms' } } };
  expect(merged([file, layer('line', { quick: true, rounds: '3' })], rules)).toMatchObject({
    quick: [true, 'line'],
    rounds: ['3', 'line'],
    duration: ['200ms', 'line', 'quick'],
  });
  expect(merged([layer('file', { quick: true }), layer('line', { duration: '9s' })], rules)).toEqual({
    quick: [true, 'file'],
    rounds: ['1', 'file', 'quick'],
    duration: ['9s', 'line'],
  });
  expect(merged([file, layer('line', { quick: false })], rules)).toMatchObject({ duration: ['5s', 'file'] });
});
