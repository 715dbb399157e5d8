import { expect, test } from 'vitest';
import { COLORS, seriesStyles, styleAt, stylesOf } from '../../../../reports/page/charts/series-style.ts';

test('49 items differ in colour or marker; those of one colour also in their dashes', () => {
  const styles = Array.from({ length: 49 }, (_, i) => styleAt(i));
  expect(new Set(styles.map(({ color, shape }) => `${color} ${shape}`)).size).toBe(49);
  expect(styleAt(0).color).toBe(styleAt(COLORS).color);
  expect(styleAt(0).dash).not.toBe(styleAt(COLORS).dash);
});

test('an identity keeps its style, whatever else a chart shows', () => {
  const identities = ['async', 'epoll', 'io-uring'];
  expect(stylesOf(['epoll'], identities)).toEqual([styleAt(1)]);
  expect(stylesOf(['other', 'epoll'], identities)).toEqual([styleAt(3), styleAt(1)]);
  expect(stylesOf(['response', 'service'], identities)).toEqual([styleAt(0), styleAt(1)]);
});

test('several curves of one identity differ in their dashes, and a computed one has none of its own', () => {
  const series = (name: string, style?: 'fit') => ({ name, identity: 'epoll', points: [], ...(style && { style }) });
  const [first, second, fit] = seriesStyles([series('p50'), series('p99'), series('law', 'fit')], ['epoll']);
  expect(first).toEqual(styleAt(0));
  expect(second).toEqual({ ...styleAt(0), dash: expect.not.stringMatching(/^$/) });
  expect(fit).toEqual(styleAt(0));
});
