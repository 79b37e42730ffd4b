// What panels make of a component's inside.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Json } from '../../base/json';
import type { Interior } from '../../worker/protocol';
import { marked, type Section } from './sections';
import { sectionsOf } from './views';

const look = (interior: Interior['interior'], told: Interior['told'] = {}): Interior => ({ interior, told, sinceUs: 0 });
const rows = (sections: readonly Section[], title: string) =>
  sections.find((section) => section.title === title)?.groups.flatMap((group) => group.rows.map(({ cells }) => [group.name, ...cells]));

const COMPONENTS =
  `kube-apiserver etcd kube-controller-manager kube-scheduler kubelet/n containerd/n kube-proxy/n kernel/n node/n pod/a/b`.split(' ');

describe('a panel', () => {
  test('of any JSON never fails', () => {
    const prefix = fc.constantFrom(
      'key',
      'watch',
      'queue',
      'schedule',
      'reconcile',
      'chain',
      'pod',
      'backoff',
      'sync',
      'node',
      'pods',
      'assumed',
      'load',
      'connection',
      'packet',
    );
    const paths = fc.dictionary(
      fc.tuple(prefix, fc.string()).map(([head, tail]) => `${head}/${tail}`),
      fc.jsonValue(),
    );
    fc.assert(
      fc.property(fc.constantFrom(...COMPONENTS), paths, paths, fc.jsonValue(), (component, interior, told, chain) => {
        const sections = sectionsOf(component, look(interior as Interior['told'], told as Interior['told']), {
          chain: { stages: chain as Json },
          object: null,
        });
        expect(marked(sections, sections).every(({ groups }) => groups.every(({ changed }) => changed === 0))).toBe(true);
      }),
    );
  });

  test.each<[string, Interior, Json, string, readonly (readonly string[])[]]>([
    [
      'kube-apiserver',
      look({}),
      [{ stage: 'authorization', verdict: 'refused', reason: 'no rule' }],
      'The message in focus, chamber by chamber',
      [['', 'authorization', 'refused', 'no rule']],
    ],
    [
      'etcd',
      look({ revision: 7, 'key//registry/pods/default/a': 7 }, { 'key//registry/pods/default/a': { seq: 1, detail: { version: 2 } } }),
      null,
      'Keys',
      [['/registry/pods', 'default/a', '7', '2']],
    ],
    [
      'kube-scheduler',
      look(
        {},
        {
          'schedule/default/a': {
            seq: 3,
            detail: { chosen: 'n1', ties: ['n1', 'n2'], nodes: { n1: { filter: 'ok', scores: { Fit: 90 }, total: 90 } } },
          },
        },
      ),
      null,
      'Pods, node by node',
      [
        ['default/a', 'n1, chosen', 'fits', 'Fit\u00a090', '90'],
        ['default/a', 'Tie of 2 nodes: drawn by lot'],
      ],
    ],
    ['kube-controller-manager', look({ 'queue/job/default/a': 'waiting' }), null, 'Queues', [['job', 'default/a', 'waiting']]],
    [
      'node/n',
      look(
        { node: { status: { capacity: { cpu: '4' }, allocatable: { cpu: '4' } } } },
        { 'pods/d/a': { phase: 'Running', requests: [{ cpu: '250m' }] }, 'pods/d/b': { phase: 'Failed', requests: [{ cpu: '1' }] } },
      ),
      null,
      'Capacity',
      [['', 'cpu', '4', '4', '250m']],
    ],
  ])('of %s shapes what is kept', (component, inside, stages, title, expected) => {
    expect(rows(sectionsOf(component, inside, { chain: stages === null ? null : { stages }, object: null }), title)).toEqual(expected);
  });

  test('of the scheduler shows the Pod of the message in focus first, then the last ones, and counts the others', () => {
    const decided = (count: number) =>
      Object.fromEntries(
        Array.from({ length: count }, (_, i) => [`schedule/default/p${i}`, { seq: i, detail: { chosen: 'n', nodes: { n: {} } } }]),
      );
    const pods = (count: number, object: string | null) => sectionsOf('kube-scheduler', look({}, decided(count)), { chain: null, object });
    const names = (sections: readonly Section[]) => sections[1]?.groups.map(({ name }) => name);
    expect(names(pods(30, 'pods/default/p3'))).toEqual(['default/p3', ...Array.from({ length: 11 }, (_, i) => `default/p${29 - i}`)]);
    expect(pods(30, 'pods/default/p3')[1]?.note).toMatch(/^18 more/);
    expect(names(pods(30, 'nodes/n'))?.[0]).toBe('default/p29');
    expect(names(marked(pods(31, null), pods(30, null)))).toEqual(names(pods(31, null)));
  });

  test('marks what is new, changed and gone', () => {
    const chain = (...rules: string[]) => sectionsOf('kernel/n', look({ 'chain/nat/A': rules }), { chain: null, object: null });
    const [section] = marked(chain('x', 'z'), chain('x', 'y'));
    expect(section?.groups[0]?.rows.map(({ cells, mark }) => [cells[0], mark])).toEqual([
      ['x', 'same'],
      ['z', 'new'],
      ['y', 'gone'],
    ]);
  });
});
