import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fnv32a } from '../base/hash';
import { clusterOf } from '../cluster/default-run';
import { SCENARIO_NAMES } from '../scenarios/runs';
import { isRun } from '../wire/run-schema';
import dictionary2 from './dictionary-2.json';
import { decodeLink as decode, encodeLink as encode, type Link, libraryRun, PLAIN_COMMAND, type SharedRun } from './link';
import { packer } from './pack';

/** More by WATCHLOOP_LINKS: `npm run fuzz:links` makes 100,000. */
const MANY = { numRuns: Number(process.env.WATCHLOOP_LINKS ?? 1_000) };
const LONGEST_MS = 30_000 + MANY.numRuns * 10;

const encodeLink = (link: Link) => encode(link, packer);
const decodeLink = (hash: string) => decode(hash, packer);

const inputs = fc.array(
  fc.record({
    when: fc.oneof(
      fc.constant('rest' as const),
      fc.record({ atUs: fc.nat() }),
      fc.constant({ after: { from: 'kube-scheduler', kind: 'request' } }),
    ),
    input: fc.oneof(
      fc.record({ type: fc.constant('kubectl' as const), line: fc.string(), stdin: fc.string({ unit: 'binary' }) }),
      fc.record({ type: fc.constant('kubectl' as const), line: fc.string({ unit: 'binary' }).map((line) => `kubectl ${line}`) }),
      fc.record({ type: fc.constant('kubectl' as const), line: fc.constantFrom('kubectl get pods', 'kubectl', 'kubectl @3s x', '+') }),
      fc.record({
        type: fc.constant('load' as const),
        from: fc.constant('pod/a/b'),
        to: fc.constant('10.96.0.1:80'),
        seconds: fc.integer({ min: 1, max: 300 }),
      }),
      fc.record({
        type: fc.constant('fault' as const),
        fault: fc.record({ kind: fc.constant('node-power' as const), node: fc.string(), on: fc.boolean() }),
      }),
    ),
  }),
  { maxLength: 8 },
);
const run: fc.Arbitrary<SharedRun> = fc
  .record({
    seed: fc.nat(),
    cluster: fc.constantFrom(null, clusterOf(2)),
    inputs: fc.tuple(fc.constantFrom(...SCENARIO_NAMES, null), inputs),
  })
  .map(({ inputs: [name, added], ...rest }) => ({ ...rest, inputs: name === null ? added : [...libraryRun(name).inputs, ...added] }))
  .filter(isRun);
const chapter = fc.record({ chapter: fc.constantFrom('request', 'schedule', 'loop'), occurrence: fc.integer({ min: 1, max: 999 }) });
const moment = fc.oneof(fc.record({ record: fc.nat({ max: 999_999_999 }) }), chapter);
const link: fc.Arbitrary<Link> = fc.record(
  {
    run,
    moment: fc.record({
      at: fc.oneof(fc.constant(null), moment),
      level: fc.constantFrom('story' as const, 'messages' as const, 'wire' as const),
    }),
    chapter,
    until: moment,
    sight: fc.record({
      view: fc.constant('ladder' as const),
      open: fc.constantFrom('message', 'kubelet/node-1'),
      select: fc.constant('etcd'),
    }),
    language: fc.constantFrom('en', 'de-CH'),
    made: fc.record({ model: fc.constant('1.36-1'), digest: fc.constant('6953364a') }),
  },
  { requiredKeys: ['run', 'moment'] },
);
const plain: Link = {
  run: { seed: 1, cluster: null, inputs: [{ when: 'rest', input: { type: 'kubectl', line: PLAIN_COMMAND } }] },
  moment: { at: { chapter: 'Schedule', occurrence: 1 }, level: 'story' },
};
const nowhere = { at: null, level: 'story' } as const;

describe('a link', () => {
  test('gives back all that went in', { timeout: LONGEST_MS }, () => {
    fc.assert(
      fc.property(link, (given) => {
        const text = encodeLink(given);
        expect(text.ok && decodeLink(text.value)).toEqual({ ok: true, value: given });
      }),
      MANY,
    );
  });

  test('is short and readable for a run of the library, and for one to which commands were added', () => {
    expect(encodeLink(plain)).toEqual({ ok: true, value: '#/create-deployment?at=schedule.1' });
    for (const name of SCENARIO_NAMES) {
      const given = { run: libraryRun(name), moment: { at: { record: 7 }, level: 'wire' as const } };
      expect(encodeLink(given)).toEqual({ ok: true, value: `#/${name}?at=7&level=wire` });
      expect(decodeLink(`#/${name}?at=7&level=wire`)).toEqual({ ok: true, value: given });
    }
    const added = { when: { atUs: 90_000_000 }, input: { type: 'kubectl' as const, line: 'kubectl get pods -o wide' } };
    const more: Link = { run: { ...plain.run, seed: 7, inputs: [...plain.run.inputs, added] }, moment: nowhere };
    expect(encodeLink(more)).toEqual({ ok: true, value: '#/create-deployment?do=@90s+get+pods+-o+wide&seed=7' });
  });

  test('of a run that is known by its whole text has at most 2,000 characters for the largest of the library', () => {
    const whole = SCENARIO_NAMES.map((name) => {
      const { inputs: given } = libraryRun(name);
      const body = packer.pack(JSON.stringify({ seed: 1, cluster: clusterOf(5), inputs: given }));
      return `https://watchloop.example/#run=${body}&at=schedule.1&level=messages&view=ladder&open=kube-apiserver&made=1.36-1.6953364a`
        .length;
    });
    const largest = whole.sort((a, b) => b - a).slice(0, 20);
    expect(largest.every((length) => length <= 2_000)).toBe(true);
    expect(largest[0]).toBeGreaterThan(150);
  });

  test('without the packer says that it needs it', () => {
    const own: Link = { run: { ...plain.run, cluster: clusterOf(2) }, moment: nowhere };
    expect(encode(own, null)).toEqual({ ok: false, error: 'packed' });
    expect(decode('#run=2.abc', null)).toEqual({ ok: false, error: 'packed' });
    expect(decode('#/scale?do=get+pods', null).ok).toBe(true);
  });

  test('of any text is a result, never an exception', { timeout: LONGEST_MS }, () => {
    const any = fc.string({ unit: 'binary' });
    const hash = fc.oneof(
      any,
      fc.base64String().map((text) => `#run=1.${text}`),
      fc.base64String().map((text) => `#run=2.${text.replace(/[+/=]/g, '-')}`),
      any.map((text) => `#run=2.${packer.pack(text).slice(2)}`),
      fc.jsonValue({ maxDepth: 8 }).map((value) => `#run=${packer.pack(JSON.stringify(value))}`),
      fc.string().map((text) => `#run=1&at=${text}`),
      any.map((text) => `#/${text}`),
      any.map((text) => `#/scale?${text}`),
      fc
        .tuple(fc.constantFrom('do', 'seed', 'at', 'in', 'to', 'level', 'view', 'open', 'select', 'lang', 'made'), any)
        .map(([name, text]) => `#/scale?${name}=${text}`),
    );
    fc.assert(
      fc.property(hash, (text) => typeof decodeLink(text).ok === 'boolean'),
      MANY,
    );
  });

  test('with one letter changed is read or refused, never an exception', { timeout: LONGEST_MS }, () => {
    fc.assert(
      fc.property(link, fc.nat(), fc.constantFrom('A', '_', '.', '%', '&', '\u0000'), (given, where, letter) => {
        const text = encodeLink(given);
        if (!text.ok) return;
        const place = where % text.value.length;
        expect(typeof decodeLink(text.value.slice(0, place) + letter + text.value.slice(place + 1)).ok).toBe('boolean');
      }),
      MANY,
    );
  });

  test('that is cut off is damaged', () => {
    const given: Link = { run: { seed: 2, cluster: clusterOf(2), inputs: plain.run.inputs }, moment: nowhere };
    const text = encodeLink(given);
    expect(text.ok && decodeLink(text.value.slice(0, -12)).ok).toBe(false);
  });

  test('that would grow without bound, or goes too deep, is refused', () => {
    const bomb = packer.pack(JSON.stringify({ seed: 1, inputs: ['x'.repeat(300_000)] }));
    expect(decodeLink(`#run=${bomb}`)).toEqual({ ok: false, error: 'damaged' });
    expect(decodeLink(`#run=${packer.pack(`${'['.repeat(100_000)}${']'.repeat(100_000)}`)}`)).toEqual({ ok: false, error: 'bad-run' });
  });

  test.each([
    ['#', { ok: true, value: null }],
    ['#hello', { ok: false, error: 'not-a-link' }],
    ['#/nowhere', { ok: false, error: 'no-scenario' }],
    ['#/toString', { ok: false, error: 'no-scenario' }],
    ['#/scale?at', { ok: false, error: 'not-a-link' }],
    ['#/scale?at=lunch.1', { ok: false, error: 'bad-moment' }],
    ['#/scale?view=moon', { ok: false, error: 'bad-view' }],
    ['#/scale?open=%3Cimg%3E', { ok: false, error: 'bad-view' }],
    ['#/scale?made=1.36', { ok: false, error: 'damaged' }],
    ['#/scale?seed=-1', { ok: false, error: 'bad-run' }],
    ['#/scale?do=%ff', { ok: false, error: 'damaged' }],
    ['#run=3.abc', { ok: false, error: 'other-version' }],
    ['#run=1.!!', { ok: false, error: 'damaged' }],
    ['#run=1&at=lunch.1', { ok: false, error: 'bad-moment' }],
    ['#run=1&level=loud', { ok: false, error: 'bad-moment' }],
  ])('%s', (hash, expected) => expect(decodeLink(hash)).toEqual(expected));
});

describe('docs/LINKS.md', () => {
  const text = readFileSync(new URL('../../docs/LINKS.md', import.meta.url), 'utf8');
  const examples = (/```link\n(.*?)```/s.exec(text)?.[1] ?? '').trim().split('\n');

  test.each(examples)('%s is what the encoder writes', (hash) => {
    const given = decodeLink(hash);
    expect(given.ok && given.value !== null && encodeLink(given.value)).toEqual({ ok: true, value: hash });
  });

  test('its program writes a link', () => {
    const [, program = ''] = /```js\n(.*?)```/s.exec(text) ?? [];
    const hash = execFileSync(process.execPath, ['--input-type=commonjs', '--eval', program], { encoding: 'utf8' }).trim();
    const inputs = [{ when: 'rest', input: { type: 'kubectl', line: 'kubectl get nodes' } }];
    expect(decodeLink(hash)).toEqual({
      ok: true,
      value: { run: { seed: 1, cluster: null, inputs }, moment: { at: null, level: 'wire' } },
    });
  });
});

describe('links that were published decode for ever', () => {
  test('format 1: the plain command, and a whole run', () => {
    expect(decodeLink('#run=1&at=schedule.1')).toEqual({
      ok: true,
      value: { run: plain.run, moment: { at: { chapter: 'schedule', occurrence: 1 }, level: 'story' } },
    });
    expect(
      decodeLink(
        '#run=1.Tcw9CoQwFEXhrYRba2MZcCWDhT8XDSZvgnmiErL3SWEx7fngZCRyge0aOImnJthPxrVRYHEwKV6AzdAnsub9nDirr-Kd_AUzHxyVZmH03ydQ1Gg9mLZ1YVzZy-rkRilD-QE&level=wire',
      ),
    ).toMatchObject({
      ok: true,
      value: { run: { seed: 2, inputs: [{ input: { line: PLAIN_COMMAND } }] }, moment: { level: 'wire' } },
    });
  });

  test('format 2: its dictionary is what it was', () => {
    expect([dictionary2.length, fnv32a(dictionary2)]).toEqual([9120, 798623723]);
    expect(
      decodeLink(
        '#run=2.gzndeHTRyejSi9GlF4SXXtAtXxtRv6ykuOKIrQUA&at=17&in=schedule.1&to=run.1&level=wire&view=ladder&open=kubelet/node-1&select=etcd&lang=de-CH&made=1.36-1.6953364a',
      ),
    ).toMatchObject({
      ok: true,
      value: {
        run: {
          seed: 3,
          cluster: { nodes: [{ name: 'control-plane' }, { name: 'node-1', address: '192.168.49.11' }] },
          inputs: [
            { when: 'rest', input: { type: 'kubectl', line: `${PLAIN_COMMAND} --replicas=2` } },
            { when: { after: { from: 'kube-scheduler' } }, input: { type: 'fault', fault: { kind: 'node-power', node: 'node-1' } } },
          ],
        },
        moment: { at: { record: 17 }, level: 'wire' },
        chapter: { chapter: 'schedule', occurrence: 1 },
        until: { chapter: 'run', occurrence: 1 },
        sight: { view: 'ladder', open: 'kubelet/node-1', select: 'etcd' },
        language: 'de-CH',
        made: { model: '1.36-1', digest: '6953364a' },
      },
    });
  });

  test('by name, with what was given besides', () => {
    expect(decodeLink('#/create-deployment?do=@90s+scale+deployment+test+--replicas=3&seed=7&at=report.2&level=messages')).toEqual({
      ok: true,
      value: {
        run: {
          seed: 7,
          cluster: null,
          inputs: [
            ...plain.run.inputs,
            { when: { atUs: 90_000_000 }, input: { type: 'kubectl', line: 'kubectl scale deployment test --replicas=3' } },
          ],
        },
        moment: { at: { chapter: 'report', occurrence: 2 }, level: 'messages' },
      },
    });
  });
});
