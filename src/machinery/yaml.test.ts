import { describe, expect, it } from 'vitest';
import { parseManifests, printYaml } from './yaml';

describe('manifests', () => {
  const cases: readonly (readonly [string, unknown])[] = [
    ['a: yes\nb: "yes"\nc: on\nd: n', { a: true, b: 'yes', c: true, d: false }],
    ['mode: 0644\nhex: 0x1F', { mode: 420, hex: 31 }],
    ['at: 2026-11-25\nclock: 12:30:45', { at: '2026-11-25', clock: '12:30:45' }],
    ['{"kind": "Pod", "n": 1.5}', { kind: 'Pod', n: 1.5 }],
    ['a: &x {b: 1}\nc: *x', { a: { b: 1 }, c: { b: 1 } }],
    ['a: 1\na: 2', { a: 2 }],
  ];
  it.each(cases)('reads %j as go-yaml does', (text, value) => {
    expect(parseManifests(text)).toEqual({ ok: true, value: [value] });
  });

  it('reads several documents and leaves out empty ones', () => {
    expect(parseManifests('---\na: 1\n---\n---\n# nothing\n---\nb: 2\n')).toEqual({ ok: true, value: [{ a: 1 }, { b: 2 }] });
  });

  it('says what is wrong in kubectl’s words', () => {
    expect(parseManifests('apiVersion: v1\nkind: ConfigMap\n  metadata: x\n')).toEqual({
      ok: false,
      error: 'error converting YAML to JSON: yaml: line 3: mapping values are not allowed in this context',
    });
    expect(parseManifests('a:\n\tb: 1')).toMatchObject({ ok: false });
  });

  it('is bounded: depth, aliases, size', () => {
    expect(parseManifests('['.repeat(200_000))).toMatchObject({ ok: false });
    expect(parseManifests('- '.repeat(100_000))).toMatchObject({ ok: false });
    expect(parseManifests(Array.from({ length: 1_000 }, (_, i) => `${' '.repeat(i)}a:`).join('\n'))).toMatchObject({ ok: false });
    expect(parseManifests(Array.from({ length: 150 }, (_, i) => `${' '.repeat(i)}a:`).join('\n'))).toMatchObject({ ok: true });
    const bomb = ['a0: &a0 [x]', ...Array.from({ length: 30 }, (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i},`.repeat(9)}]`)].join('\n');
    expect(parseManifests(bomb)).toMatchObject({ ok: false });
    expect(parseManifests('x'.repeat(2_000_000))).toMatchObject({ ok: false });
  });

  it('prints as kubectl -o yaml does', () => {
    const object = {
      kind: 'Pod',
      apiVersion: 'v1',
      metadata: { name: 'a', annotations: { json: '{"a":1}\n' } },
      spec: { list: [{ b: 'true', a: '80' }, '*'], empty: {}, none: [] },
    };
    expect(printYaml(object)).toBe(`apiVersion: v1
kind: Pod
metadata:
  annotations:
    json: |
      {"a":1}
  name: a
spec:
  empty: {}
  list:
  - a: "80"
    b: "true"
  - '*'
  none: []
`);
  });

  it('reads what it prints', () => {
    const value = { a: ['x: y', '- z', '', ' b ', 'null', '1e3', '2026-01-01T00:00:00Z', 'line\nline\n', 'tab\there', '#c', "it's"] };
    expect(parseManifests(printYaml(value))).toEqual({ ok: true, value: [value] });
  });
});
