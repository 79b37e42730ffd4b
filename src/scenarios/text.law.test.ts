import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { clusterOf } from '../cluster/default-run';
import type { ClusterSpec } from '../wire/run';
import { LIBRARY } from './library';
import type { Scenario } from './scenario';
import { readText, textOf } from './text';

const said = (text: string) => readText(text).lints.map(({ line, column, text: words }) => `${line}:${column} ${words}`);
const head = 'version: 1\ntitle: T\n';

const matcher = fc.dictionary(
  fc.string({ minLength: 1, maxLength: 20 }),
  fc.oneof(fc.string({ maxLength: 20 }), fc.nat(), fc.boolean(), fc.constant(null)),
  { maxKeys: 3, noNullPrototype: true },
);
const words = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 });
const when = fc.oneof(fc.constant('rest' as const), fc.record({ atUs: fc.nat() }), fc.record({ after: matcher }));
const input = fc.oneof(
  fc.record({ type: fc.constant('kubectl' as const), line: words }),
  fc.record({ type: fc.constant('kubectl' as const), line: words, stdin: fc.string({ unit: 'grapheme' }) }),
  fc.record({ type: fc.constant('interrupt' as const) }),
  fc.record({
    type: fc.constant('request' as const),
    from: fc.constantFrom('outside', 'node/a'),
    to: fc.constantFrom('10.96.0.1:443', 'b:80'),
  }),
  fc.record({
    type: fc.constant('load' as const),
    from: fc.constantFrom('pod/default/a', 'pod/b/c'),
    to: fc.constant('10.96.0.1:80'),
    seconds: fc.integer({ min: 1, max: 300 }),
  }),
  fc.record({
    type: fc.constant('fault' as const),
    fault: fc.record({ kind: fc.constant('node-power' as const), node: words, on: fc.boolean() }),
  }),
);
const cluster: fc.Arbitrary<ClusterSpec> = fc
  .record({
    workers: fc.nat({ max: 5 }),
    plane: fc.nat({ max: 5 }),
    cpu: fc.constantFrom('2', '500m'),
    bytes: fc.constantFrom(100_000_000, 7),
    images: fc.boolean(),
  })
  .map(({ workers, plane, cpu, bytes, images }) => {
    const { nodes, ...rest } = clusterOf(workers);
    const [first, ...others] = nodes.map((node, i) => (i === 2 ? { ...node, cpu } : node));
    const moved = [...others.slice(0, plane), first as (typeof nodes)[number], ...others.slice(plane)];
    return { ...rest, nodes: moved, registryBytesPerSecond: bytes, ...(images ? { images: {} } : {}) };
  });
const scenario: fc.Arbitrary<Scenario> = fc.record({
  version: fc.constant(1 as const),
  title: words,
  level: fc.constantFrom('story', 'messages', 'wire'),
  text: fc.oneof(fc.constant(''), fc.lorem({ maxCount: 60 }), words),
  seed: fc.nat(),
  cluster: fc.option(cluster),
  inputs: fc.array(fc.record({ when, input }), { minLength: 1, maxLength: 5 }),
  steps: fc.array(fc.record({ at: fc.oneof(fc.constant('schedule.1'), matcher), text: words }), { maxLength: 2 }),
  questions: fc.array(
    fc.record({ at: fc.constant('run.2'), ask: words, options: fc.constant(['yes', 'no']), answer: fc.constant('no'), because: words }),
    { maxLength: 2 },
  ),
  goals: fc.array(fc.record({ text: words, reached: matcher }), { maxLength: 2 }),
  expectations: fc.record({ occurs: fc.array(matcher, { maxLength: 2 }), never: fc.array(matcher, { maxLength: 2 }) }),
  key: fc.option(fc.constant(0)),
  restless: fc.option(words),
  reading: fc.array(fc.record({ title: words, url: fc.constant('https://kubernetes.io/docs/') }), { maxLength: 2 }),
});

describe('a scenario as text', () => {
  test('is read again as it was', () => {
    fc.assert(
      fc.property(scenario, (given) => {
        expect(readText(textOf(given))).toEqual({ scenario: given, lints: [] });
      }),
    );
  });

  test('may be JSON, indented by tabs too', () => {
    const json = JSON.stringify({ version: 1, title: 'T', inputs: ['kubectl get pods', { type: 'interrupt', when: '1m30s' }] }, null, '\t');
    expect(readText(json).scenario?.inputs).toEqual([
      { when: 'rest', input: { type: 'kubectl', line: 'kubectl get pods' } },
      { when: { atUs: 90_000_000 }, input: { type: 'interrupt' } },
    ]);
  });

  test('says little: the cluster is the usual one but for what is said', () => {
    const zones = readText(
      `${head}inputs: []\ncluster:\n  nodes:\n  - name: a\n    labels: {topology.kubernetes.io/zone: one}\n    cpu: "4"\n  - name: b\n`,
    );
    expect(zones.scenario?.cluster?.nodes).toMatchObject([
      { name: 'control-plane', role: 'control-plane' },
      { name: 'a', role: 'worker', cpu: '4', address: '192.168.49.11', labels: { 'topology.kubernetes.io/zone': 'one' } },
      { name: 'b', role: 'worker', cpu: '2', address: '192.168.49.12' },
    ]);
    expect(readText(`${head}inputs: []\ncluster: {nodes: 2}`).scenario?.cluster).toEqual(clusterOf(2));
  });
});

describe('what is wrong is said where it is', () => {
  test.each<[string, readonly string[]]>([
    ['', ['1:1 The text is empty. A scenario needs version, title and inputs.']],
    ['- a', ['1:1 The scenario must be an object, not a list.']],
    [`${head}`, ['1:1 The scenario needs "inputs".']],
    [`${head}inputs: []\nlevle: story`, [expect.stringMatching(/^4:1 levle is not known here; known are version, title, level, /)]],
    [`${head}level: loud\ninputs: []`, ['3:8 level must be one of story, messages, wire.']],
    [`${head}inputs:\n- type: kubectl`, ['4:3 inputs[0] needs "line".']],
    [`${head}inputs:\n- type: fly`, ['4:9 inputs[0].type must be one of kubectl, interrupt, fault, request, load.']],
    [`${head}inputs:\n- curl web for a while`, [expect.stringMatching(/^4:3 inputs\[0\] must be a request like curl /)]],
    [
      `${head}inputs:\n- type: fault\n  fault: {kind: node-power, node: node-1, on: 1}`,
      ['5:47 inputs[0].fault.on must be true or false, not a whole number.'],
    ],
    [`${head}inputs:\n- {when: soon, type: interrupt}`, ['4:10 inputs[0].when must be rest or a time like 90s, 1m30s or 250ms.']],
    [`${head}inputs:\n- {when: 25h, type: interrupt}`, ['4:10 inputs[0].when must be at most 24h.']],
    [
      `${head}inputs: []\nsteps:\n- at: lunch.1\n  text: x`,
      [expect.stringMatching(/^5:7 steps\[0\]\.at must be a chapter and its occurrence like schedule\.1; chapters are boot, /)],
    ],
    [`${head}inputs: []\ncluster:\n  nodes:\n  - name: a\n  - name: a`, ['6:3 cluster.nodes must not have the same name twice.']],
    [`${head}inputs: []\nkey: 0`, ['4:6 key must be the place of an input, of which there are 0.']],
    [`${head}inputs: [`, [expect.stringMatching(/^3:1\d /)]],
    ['[[['.repeat(100), ['1:1 The text is nested too deeply.']],
    [
      `a: &a [x, x]\n${'bcdefgh'.replace(/./g, (c) => `${c}: &${c} [${`*${String.fromCharCode(c.charCodeAt(0) - 1)}, `.repeat(9)}]\n`)}`,
      ['1:1 The text has too many aliases.'],
    ],
    ['x'.repeat(200_000), ['1:1 The text has 200000 characters; at most 131072 are read.']],
  ])('%#', (text, expected) => expect(said(text)).toEqual(expected));

  test('and any text gives an answer, never an exception', () => {
    const yaml = fc.array(
      fc.constantFrom(
        'version: 1\n',
        'title: x\n',
        'inputs:\n',
        '- ',
        '  ',
        'when: ',
        '{after: ',
        '}',
        '&a ',
        '*a',
        '!!map ',
        '!x ',
        '|\n',
        '"',
        "'",
        '[',
        ']',
        '? ',
        ': ',
        '\t',
        '---\n',
        '%YAML 9\n',
        '<<: ',
      ),
      { maxLength: 30 },
    );
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      yaml.map((parts) => parts.join('')),
      fc.json(),
    );
    fc.assert(
      fc.property(text, (given) => {
        const { scenario: read, lints } = readText(given);
        expect((read === null) === lints.length > 0).toBe(true);
        for (const { from, to } of lints) expect(given.slice(from, to).includes('\n')).toBe(false);
      }),
      { numRuns: 400 },
    );
  });

  test('and so does a good text with one letter changed or a line left out', () => {
    const texts = LIBRARY.map(textOf);
    fc.assert(
      fc.property(
        fc.constantFrom(...texts),
        fc.nat(),
        fc.constantFrom('', ':', '-', ' ', '"', '\n', '{', '&', '9'),
        (good, where, letter) => {
          const place = where % good.length;
          expect(Array.isArray(readText(good.slice(0, place) + letter + good.slice(place + 1)).lints)).toBe(true);
        },
      ),
      { numRuns: 200 },
    );
  });
});
