import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SCENARIO_NAMES } from '../scenarios/runs';
import { decodeLink, encodeLink, type Link, libraryRun, PLAIN_COMMAND, type SharedRun } from './link';

const inputs = fc.array(
  fc.record({
    when: fc.oneof(fc.constant('rest' as const), fc.record({ atUs: fc.nat() })),
    input: fc.oneof(
      fc.record({ type: fc.constant('kubectl' as const), line: fc.string(), stdin: fc.string({ unit: 'binary' }) }),
      fc.record({ type: fc.constant('kubectl' as const), line: fc.string() }),
      fc.record({
        type: fc.constant('fault' as const),
        fault: fc.record({ kind: fc.constant('node-power' as const), node: fc.string(), on: fc.boolean() }),
      }),
    ),
  }),
  { maxLength: 8 },
);
const run: fc.Arbitrary<SharedRun> = fc.record({ seed: fc.nat(), cluster: fc.constant(null), inputs });
const at = fc.oneof(
  fc.constant(null),
  fc.record({ record: fc.nat({ max: 999_999_999 }) }),
  fc.record({ chapter: fc.constantFrom('request', 'schedule', 'loop'), occurrence: fc.integer({ min: 1, max: 999 }) }),
);
const link: fc.Arbitrary<Link> = fc.record({
  run,
  moment: fc.record({ at, level: fc.constantFrom('story' as const, 'messages' as const, 'wire' as const) }),
});
const plain: Link = {
  run: { seed: 1, cluster: null, inputs: [{ when: 'rest', input: { type: 'kubectl', line: PLAIN_COMMAND } }] },
  moment: { at: { chapter: 'Schedule', occurrence: 1 }, level: 'story' },
};

describe('a link', () => {
  test('gives back the run and the moment that went in', () => {
    fc.assert(
      fc.property(link, (given) => {
        const text = encodeLink(given);
        expect(text.ok && decodeLink(text.value)).toEqual({ ok: true, value: given });
      }),
    );
  });

  test('is short for a run of the library', () => {
    expect(encodeLink(plain)).toEqual({ ok: true, value: '#/create-deployment?at=schedule.1' });
    for (const name of SCENARIO_NAMES) {
      const link = { run: libraryRun(name), moment: { at: { record: 7 }, level: 'wire' as const } };
      expect(encodeLink(link)).toEqual({ ok: true, value: `#/${name}?at=7&level=wire` });
      expect(decodeLink(`#/${name}?at=7&level=wire`)).toEqual({ ok: true, value: link });
    }
  });

  test('of a run that differs from one of the library in anything says so itself', () => {
    const changes: readonly Partial<SharedRun>[] = [
      { seed: 2 },
      { inputs: [] },
      { inputs: [...plain.run.inputs, ...plain.run.inputs] },
      { inputs: [{ when: { atUs: 0 }, input: { type: 'kubectl', line: PLAIN_COMMAND } }] },
      { inputs: [{ when: 'rest', input: { type: 'kubectl', line: PLAIN_COMMAND, stdin: '' } }] },
    ];
    for (const change of changes) {
      const given: Link = { ...plain, run: { ...plain.run, ...change } };
      const text = encodeLink(given);
      expect(text.ok && text.value).toMatch(/^#run=1\./);
    }
  });

  test('as it was published decodes for ever', () => {
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

  test('of any text is a result, never an exception', () => {
    const hash = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.base64String().map((text) => `#run=1.${text}`),
      fc.string().map((text) => `#run=1&at=${text}`),
      fc.string({ unit: 'binary' }).map((text) => `#/${text}`),
      fc.string({ unit: 'binary' }).map((text) => `#/scale?${text}`),
    );
    fc.assert(fc.property(hash, (text) => typeof decodeLink(text).ok === 'boolean'));
  });

  test('with one letter changed is read or refused, never an exception', () => {
    fc.assert(
      fc.property(link, fc.nat(), fc.constantFrom('A', '_', '.', '%', '\u0000'), (given, where, letter) => {
        const text = encodeLink(given);
        if (!text.ok) return;
        const place = where % text.value.length;
        expect(typeof decodeLink(text.value.slice(0, place) + letter + text.value.slice(place + 1)).ok).toBe('boolean');
      }),
    );
  });

  test('that is cut off is damaged', () => {
    const given: Link = { run: { seed: 2, cluster: null, inputs: plain.run.inputs }, moment: { at: null, level: 'story' } };
    const text = encodeLink(given);
    expect(text.ok && decodeLink(text.value.slice(0, -12)).ok).toBe(false);
  });

  test('that would grow without bound is refused', () => {
    const big: SharedRun = {
      seed: 1,
      cluster: null,
      inputs: [{ when: 'rest', input: { type: 'kubectl', line: '-', stdin: 'x'.repeat(300_000) } }],
    };
    const text = encodeLink({ run: big, moment: { at: null, level: 'story' } });
    expect(text.ok && decodeLink(text.value)).toEqual({ ok: false, error: 'damaged' });
  });

  test.each([
    ['#', { ok: true, value: null }],
    ['#hello', { ok: false, error: 'not-a-link' }],
    ['#/nowhere', { ok: false, error: 'no-scenario' }],
    ['#/toString', { ok: false, error: 'no-scenario' }],
    ['#/scale?at', { ok: false, error: 'not-a-link' }],
    ['#/scale?at=lunch.1', { ok: false, error: 'bad-moment' }],
    ['#run=2', { ok: false, error: 'other-version' }],
    ['#run=1.!!', { ok: false, error: 'damaged' }],
    ['#run=1&at=lunch.1', { ok: false, error: 'bad-moment' }],
    ['#run=1&level=loud', { ok: false, error: 'bad-moment' }],
  ])('%s', (hash, expected) => expect(decodeLink(hash)).toEqual(expected));
});
