import { expect, test } from 'vitest';
import { disappointments } from './expected';

const line = { kind: 'output', exit: 0 };

test('what is missing and what should not be there is said', () => {
  expect(disappointments([line], { occurs: [{ kind: 'input' }], never: [{ kind: 'output' }] })).toEqual([
    'missing {"kind":"input"}',
    'found {"kind":"output"}',
  ]);
});
