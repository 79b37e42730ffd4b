import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { parseFilter } from './filter-text';

describe('a filter as text', () => {
  test.each([
    ['', []],
    ['  from:kubelet  ', [['from', 'kubelet', false]]],
    [
      'from:kubelet verb:PATCH -kind:response',
      [
        ['from', 'kubelet', false],
        ['verb', 'patch', false],
        ['kind', 'response', true],
      ],
    ],
    [
      '"two words" object:"pod/a b"',
      [
        ['text', 'two words', false],
        ['object', 'pod/a b', false],
      ],
    ],
    [
      '/api/v1 - 10.244.0.2',
      [
        ['text', '/api/v1', false],
        ['text', '-', false],
        ['text', '10.244.0.2', false],
      ],
    ],
    ['cause:12', [['cause', '12', false]]],
    ['/registry/pods:x', [['text', '/registry/pods:x', false]]],
  ])('%s', (text, expected) => {
    const parsed = parseFilter(text);
    expect(parsed.ok && parsed.value.map(({ field, value, negated }) => [field, value, negated])).toEqual(expected);
  });

  test.each([
    ['to:etcd form:kubelet', { why: 'unknown-field', at: 8, length: 12 }],
    ['from:', { why: 'no-value', at: 0, length: 5 }],
    ['a "b c', { why: 'open-quote', at: 2, length: 4 }],
    ['cause:x', { why: 'not-a-number', at: 0, length: 7 }],
    ['x'.repeat(1_001), { why: 'too-long', at: 1_000, length: 1 }],
  ])('says where it is wrong: %s', (text, error) => {
    expect(parseFilter(text)).toEqual({ ok: false, error });
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.string({ maxLength: 60 }), (text) => typeof parseFilter(text).ok === 'boolean'));
  });
});
