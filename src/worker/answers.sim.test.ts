// What the page may ask of a run of the whole cluster.
import { beforeAll, describe, expect, test } from 'vitest';
import { Play } from '../cluster/testing/play';
import { Story } from '../narration/story';
import { Trace } from '../trace/trace';
import { answerTo } from './answers';
import type { Answer, Detail, Question } from './protocol';

describe('the answer to', () => {
  let play: Play;
  let trace: Trace;
  let story: Story;
  beforeAll(() => {
    play = new Play().kubectl('kubectl create deployment test --image=nginx');
    trace = new Trace(play.records);
    trace.follow();
    story = new Story(trace);
    story.follow();
  });
  const ask = <Q extends Exclude<Question['type'], 'compare'>>(question: Extract<Question, { type: Q }>) =>
    answerTo(question, trace, story) as Extract<Answer, { type: Q }>;
  const told = (number: number): Detail => {
    const { detail } = ask({ type: 'detail', seq: story.steps.find((step) => step.told === number)?.seq ?? -1 });
    if (detail === null) throw new Error(`step ${number} is not told`);
    return detail;
  };

  test('a write: its chambers, what it changed, its command', () => {
    const detail = told(1);
    expect(detail.chain).toMatchObject({
      user: 'kubernetes-admin',
      stages: expect.arrayContaining([expect.objectContaining({ stage: 'authorization' })]),
    });
    expect(detail.change?.changes).toContainEqual({ path: 'kind', before: null, after: 'Deployment' });
    expect(detail.curl).toMatch(/^curl .*\n.*-X POST 'https:/s);
    expect(detail.counterpart?.payload).toMatchObject({ status: 201 });
    expect(detail.line).toMatchObject({ object: 'deployments/default/test', summary: expect.stringMatching(/^POST \/apis\/apps/) });
  });

  test('a binding: the one field it is about', () => {
    expect(told(9).change?.changes).toContainEqual({ path: 'spec.nodeName', before: null, after: expect.stringMatching(/^node-/) });
  });

  test('a delivery: what its object was before', () => {
    expect(told(10).change?.changes).toContainEqual({ path: 'spec.nodeName', before: null, after: expect.stringMatching(/^node-/) });
  });

  test('each write, its answer and its delivery: the key, from which revision to which', () => {
    const created = told(1).change;
    expect(created).toMatchObject({ key: '/registry/deployments/default/test', before: null, deleted: false });
    const bound = told(10).change;
    expect(bound?.key).toMatch(/^\/registry\/pods\/default\/test-/);
    expect(bound?.before).toBeLessThan(bound?.revision ?? 0);
    const read = play.records.find(({ payload }) => payload.kind === 'request' && payload.protocol === 'http' && payload.method === 'GET');
    expect(ask({ type: 'detail', seq: read?.seq ?? -1 }).detail?.change).toBeNull();
  });

  test('what it caused is a tree down to its last leaf', () => {
    const walk = ({ seq, leads }: { seq: number; leads: number }): number => {
      const { detail } = ask({ type: 'detail', seq });
      expect(detail?.effects).toHaveLength(leads);
      return 1 + (detail?.effects ?? []).reduce((sum, effect) => sum + walk(effect), 0);
    };
    const { line, effects } = told(9);
    expect(walk({ seq: line.seq, leads: effects.length })).toBeGreaterThan(50);
  });

  test('why: from the report of Running back to the keystroke', () => {
    const { causes, effects } = told(15);
    expect(causes.at(-1)?.sentence).toBe('You -> kubectl: typed `kubectl create deployment test --image=nginx`.');
    expect(effects.map(({ summary }) => summary)).toContainEqual(expect.stringMatching(/^Txn put \/registry\/pods\//));
  });

  test('a scene before and after', () => {
    const { scene: before } = ask({ type: 'scene', seq: play.start });
    const { scene: after } = ask({ type: 'scene', seq: play.records.length - 1 });
    const tested = (pods: typeof after.pods) => pods.filter(({ key }) => key.startsWith('default/'));
    expect(tested(before.pods)).toEqual([]);
    expect(tested(after.pods)).toMatchObject([
      { status: 'Running', ready: 1, owner: expect.stringMatching(/^ReplicaSet\/test-/), ip: expect.any(String) },
    ]);
    expect(after.nodes.map(({ ready }) => ready)).toEqual(['True', 'True', 'True', 'True']);
    expect(
      after.watches.find(({ client, server }) => client === 'kube-proxy/node-1' && server === 'kube-apiserver')?.resources,
    ).not.toContain('pods');
    expect(after.watches.every(({ server }) => server === 'kube-apiserver' || server === 'etcd')).toBe(true);
    expect(after.etcd.revision).toBeGreaterThan(before.etcd.revision);
    expect(Object.values(after.queues).every((length) => length >= 0)).toBe(true);
    expect(after.rules).toEqual({ 'control-plane': 1, 'node-1': 1, 'node-2': 1, 'node-3': 1 });
  });

  test('what etcd holds: as many keys as it says, and as its own interior', () => {
    const seq = play.records.length - 1;
    const { objects } = ask({ type: 'objects', seq });
    const { scene } = ask({ type: 'scene', seq });
    const { interior } = ask({ type: 'interior', seq, component: 'etcd' });
    const keys = Object.keys(interior ?? {}).flatMap((path) => (path.startsWith('key/') ? [path.slice(4)] : []));
    expect(scene.etcd.keys).toBe(objects.length);
    expect(objects.map(({ key }) => key).sort()).toEqual(keys.sort());
  });

  test('where matchers are first seen', () => {
    const output = { kind: 'output', stdout: 'deployment.apps/test created*' };
    const { seqs } = ask({ type: 'matches', matchers: [output, { kind: 'fault' }, { from: 'kubeadm' }] });
    expect(seqs.slice(1)).toEqual([-1, -1]);
    expect(play.records[seqs[0] ?? -1]?.payload).toMatchObject({ kind: 'output', stdout: 'deployment.apps/test created\n' });
  });

  test('the transcript: the story with what was typed and printed', () => {
    const { lines } = ask({ type: 'transcript', level: 'story' });
    const after = lines.filter(({ seq }) => seq >= play.start).map(({ sentence }) => sentence);
    expect(lines.find(({ seq }) => seq >= play.start)?.chapter).toBe('Request');
    expect(after[0]).toMatch(/^You -> kubectl: typed/);
    expect(after).toContainEqual('kubectl -> you: prints `deployment.apps/test created`.');
    expect(ask({ type: 'transcript', level: 'wire' }).lines.length).toBeGreaterThan(
      ask({ type: 'transcript', level: 'messages' }).lines.length,
    );
  });
});
