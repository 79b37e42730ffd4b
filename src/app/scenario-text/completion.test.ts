import { describe, expect, test } from 'vitest';
import { SCENARIO } from '../../scenarios/schema';
import { completionAt } from './completion';
import { contextAt, indentAfter } from './context';

/** The cursor stands at `‸`. */
const at = (text: string) => completionAt(text.replace('‸', ''), text.indexOf('‸'), SCENARIO, { node: ['node-1', 'node-2'] });
const labels = (text: string) => at(text).options.map(({ label }) => label);
const head = 'version: 1\ntitle: T\n';

describe('at the cursor', () => {
  test.each<[string, readonly unknown[]]>([
    ['‸', ['version', 'title', 'inputs', 'level', 'text']],
    [`${head}‸`, ['inputs', 'level', 'text']],
    [`${head}le‸`, ['level']],
    [`${head}level: ‸`, ['story', 'messages', 'wire']],
    [`${head}level: me‸`, ['messages']],
    [`${head}level: messages‸`, []],
    [`${head}cluster:\n  ‸`, ['nodes', 'images', 'registryBytesPerSecond']],
    [`${head}cluster:\n  nodes:\n  - name: a\n    ro‸`, ['role']],
    [`${head}cluster:\n  nodes:\n  - name: a\n    taints:\n    - {key: a, eff‸`, ['effect']],
    [`${head}cluster:\n  nodes:\n  - name: a\n    taints:\n    - {key: a, effect: No‸`, ['NoSchedule', 'NoExecute', 'PreferNoSchedule']],
    [`${head}inputs:\n- ty‸`, ['type']],
    [`${head}inputs:\n- type: ‸`, ['kubectl', 'interrupt', 'fault']],
    [`${head}inputs:\n- type: kubectl\n  ‸`, ['line', 'when', 'stdin']],
    [`${head}inputs:\n- type: fault\n  ‸\n- type: kubectl`, ['fault', 'when']],
    [`${head}inputs:\n- type: fault\n  fault: {kind: node-power, node: ‸`, ['node-1', 'node-2']],
    [`${head}inputs:\n- type: fault\n  fault:\n    kind: node-power\n    on: ‸`, ['true', 'false']],
    [`${head}inputs:\n  - type: fault\n    fault:\n      kind: node-p‸`, ['node-power']],
    [`${head}inputs:\n- {when: ‸`, ['rest', '60s']],
    [`${head}steps:\n- at: sched‸`, ['schedule.1']],
    [`${head}inputs:\n- type: kubectl\n  stdin: |\n    kind: Deployment\n    le‸`, []],
    [`${head}expectations:\n  occurs:\n  - {kind: x}\n  ‸`, ['never']],
  ])('%j', (text, expected) => expect(labels(text).slice(0, Math.max(expected.length, 1))).toEqual(expected));

  test('what is put in replaces what was typed, and begins a list', () => {
    expect(at(`${head}inp‸`)).toMatchObject({ from: head.length, options: [{ label: 'inputs', insert: 'inputs:\n- ' }] });
    expect(at(`${head}expec‸`).options[0]?.insert).toBe('expectations:\n  ');
    expect(at(`${head}le‸`).options[0]).toEqual({ label: 'level', info: 'How much is told at first.', insert: 'level: ' });
  });
});

test('the path goes by indentation, with dashes at the key’s column or further in', () => {
  expect(contextAt('a:\n- b:\n    c: ', 15)).toMatchObject({ path: ['a', 0, 'b'], key: 'c' });
  expect(contextAt('a:\n  - x: 1\n    b:\n      - c', 30)).toMatchObject({ path: ['a', 0, 'b', 0], key: null, typed: 'c' });
});

test.each([
  ['inputs:', '  '],
  ['- type: kubectl', '  '],
  ['  stdin: |', '    '],
  ['- kubectl get pods', ''],
  ['  title: x', '  '],
])('after %j a line begins with %j', (line, expected) => expect(indentAfter(line)).toBe(expected));
