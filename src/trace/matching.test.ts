import { expect, test } from 'vitest';
import { matches } from './matching';

const line = { kind: 'output', exit: 0, object: { kind: 'Pod', name: 'test-1-1' } };

test.each([
  [{ kind: 'output', exit: 0 }, true],
  [{ kind: 'output', exit: 1 }, false],
  [{ 'object.name': 'test-*-1' }, true],
  [{ 'object.name': '*' }, true],
  [{ 'object.name': 'test-1-1*1' }, false],
  [{ 'object.name': '*-2*' }, false],
  [{ 'object.uid': '*' }, false],
  [{ 'kind.name': 'output' }, false],
])('%o', (matcher, expected) => expect(matches(line, matcher)).toBe(expected));
