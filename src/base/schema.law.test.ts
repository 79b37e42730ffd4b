import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { object, problemsOf, type Schema } from './schema';

const told = (value: unknown, schema: Schema) =>
  problemsOf(value, schema).map(({ path, ofKey, text }) => `${path.join('.')}${ofKey ? ' (name)' : ''} ${text}`);

const SHOP = object(
  {
    name: { type: 'string', minLength: 1, maxLength: 8, pattern: '^[a-z]*$', patternErrorMessage: 'lower case letters' },
    size: { type: 'integer', minimum: 1, maximum: 9 },
    open: { oneOf: [{ type: 'boolean' }, { type: 'string', enum: ['sometimes', 'never'] }] },
    sells: {
      type: 'array',
      maxItems: 2,
      items: { oneOf: [object({ kind: { const: 'fruit' }, ripe: { type: 'boolean' } }), object({ kind: { const: 'bread' } })] },
    },
    prices: {
      type: 'object',
      maxProperties: 2,
      propertyNames: { type: 'string', maxLength: 3 },
      additionalProperties: { type: 'integer' },
    },
  },
  ['open', 'sells', 'prices'],
);
const SMALL = { name: 'a', size: 1 };

describe('what is wrong with a value', () => {
  test.each<[unknown, readonly string[]]>([
    [{ ...SMALL, open: 'never', sells: [{ kind: 'fruit', ripe: true }, { kind: 'bread' }], prices: { a: 1 } }, []],
    [null, [' must be an object, not nothing']],
    [{}, [' (name) needs "name"', ' (name) needs "size"']],
    [{ ...SMALL, name: '' }, ['name must have 1 to 8 characters, not 0']],
    [{ ...SMALL, name: 'A' }, ['name must be lower case letters']],
    [{ ...SMALL, size: 1.5 }, ['size must be a whole number, not something else']],
    [{ ...SMALL, size: 10 }, ['size must be 1 to 9, not 10']],
    [{ ...SMALL, open: 'x' }, ['open must be one of sometimes, never']],
    [{ ...SMALL, open: 3 }, ['open must be true or false or text, not a whole number']],
    [{ ...SMALL, sells: [{ kind: 'meat' }] }, ['sells.0.kind must be one of fruit, bread']],
    [{ ...SMALL, sells: [{}] }, ['sells.0 (name) needs "kind": one of fruit, bread']],
    [{ ...SMALL, sells: [{ kind: 'fruit' }] }, ['sells.0 (name) needs "ripe"']],
    [{ ...SMALL, sells: [1, 2, 3] }, ['sells must have at most 2 entries, not 3']],
    [{ ...SMALL, prices: { pear: 1 } }, ['prices.pear (name) must have at most 3 characters, not 4']],
    [{ ...SMALL, toString: 1 }, ['toString (name) is not known here; known are name, size, open, sells, prices']],
  ])('%j', (value, expected) => expect(told(value, SHOP)).toEqual(expected));

  test('is said of any value without an exception, and at most fifty times', () => {
    fc.assert(fc.property(fc.anything({ withBigInt: true, withSparseArray: true }), (value) => problemsOf(value, SHOP).length > 0));
    expect(problemsOf(Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`x${i}`, i])), SHOP)).toHaveLength(50);
  });
});
