import { writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { file, get, page, read } from './exchange-reading.ts';

describe('HTTP requests have', () => {
  test.each<[string, Record<string, unknown>, object]>([
    ['a method', { method: 'DELETE' }, { method: 'DELETE' }],
    ['a body, which makes them POST', { body: 'x=1' }, { method: 'POST', body: { text: 'x=1' } }],
    ['a body and another method', { method: 'PUT', body: 'x' }, { method: 'PUT', body: { text: 'x' } }],
    [
      'headers in order',
      { header: ['A: b:c', 'D:'] },
      {
        headers: [
          ['A', 'b:c'],
          ['D', ''],
        ],
      },
    ],
    ['expected statuses', { 'expect-status': ['200', '4xx'] }, { expectStatus: '200,4xx' }],
    ['an expected body', { 'expect-body': 'Hi' }, { expectBody: { text: 'Hi' } }],
    ['a body like that of the first reply', { 'expect-body': 'same' }, { expectBody: 'same' }],
  ])('%s', (_, argv, request) => {
    const { exchange, app, faults } = read(argv);
    expect(faults).toEqual([]);
    expect(app).toBe('http');
    expect(exchange).toEqual({ protocol: 'http', requests: [{ ...get, ...request }] });
  });

  test('the path of the URL', () => {
    expect(read({ method: 'HEAD' }, page).exchange).toMatchObject({ requests: [{ method: 'HEAD', path: '/a?b' }] });
  });

  test('the contents of files, as text where they are text', () => {
    const text = file('text', 'é\n');
    const bytes = file('bytes', Uint8Array.of(0xff, 0));
    expect(read({ body: `@${text}`, 'expect-body': `@${bytes}` }).exchange).toMatchObject({
      requests: [{ body: { text: 'é\n' }, expectBody: { base64: '/wA=' } }],
    });
  });

  test('credentials, which are not in what results contain', () => {
    const { exchange, exchangeWithSecrets } = read({ header: ['Authorization: Bearer abc', 'X-Api-Key: k', 'A: b'] });
    expect(JSON.stringify(exchange)).not.toMatch(/abc|"k"/);
    expect(exchange).toMatchObject({
      requests: [
        {
          headers: [
            ['Authorization', null],
            ['X-Api-Key', null],
            ['A', 'b'],
          ],
        },
      ],
    });
    expect(exchangeWithSecrets).toMatchObject({
      requests: [{ headers: expect.arrayContaining([['X-Api-Key', 'k']]) }],
    });
    expect(read({ header: 'A: b' }).exchangeWithSecrets).toBeUndefined();
  });

  test('kinds with weights, from a file', () => {
    file('body', 'hello');
    const urls = file(
      'urls',
      [
        '# kinds',
        '',
        '/',
        'GET /a 3',
        'DELETE /b?c=d',
        '{"path": "/e", "body": "@body", "headers": {"A": ["1", "2"]}}',
      ].join('\n'),
    );
    const more =
      '{"method": "PUT", "path": "/f", "weight": 0.5, "expectStatus": "404", "expectBody": "same", "headers": {"b": "own"}}';
    writeFileSync(urls, `\n${more}`, { flag: 'a' });
    const { exchange, faults } = read({ urls, header: 'B: common', 'expect-status': '2xx' });
    expect(faults).toEqual([]);
    const usual = { ...get, headers: [['B', 'common']], expectStatus: '2xx' };
    expect(exchange).toEqual({
      protocol: 'http',
      requests: [
        usual,
        { ...usual, path: '/a', weight: 3 },
        { ...usual, method: 'DELETE', path: '/b?c=d' },
        {
          ...usual,
          method: 'POST',
          path: '/e',
          body: { text: 'hello' },
          headers: [
            ['B', 'common'],
            ['A', '1'],
            ['A', '2'],
          ],
        },
        {
          ...usual,
          method: 'PUT',
          path: '/f',
          weight: 0.5,
          expectStatus: '404',
          expectBody: 'same',
          headers: [['b', 'own']],
        },
      ],
    });
  });
});
