// The story of commands on the whole cluster: any of them is told, in the order in which it was sent.
import { beforeAll, describe, expect, it } from 'vitest';
import { Play } from '../cluster/testing/play';
import { Trace } from '../trace/trace';
import type { TraceRecord } from '../wire/record';
import { CHAPTERS } from './chapters';
import { noteOf } from './notes';
import { sentenceOf } from './sentence';
import { Story } from './story';

const COMMANDS = [
  'kubectl create deployment web --image=nginx',
  'kubectl expose deployment web --port=80',
  'kubectl scale deployment web --replicas=2',
  'kubectl set image deployment/web nginx=nginx:1.27',
  'kubectl delete deployment web',
  'kubectl get pod nobody',
];

describe('a story', () => {
  let play: Play;
  let trace: Trace;
  let story: Story;
  beforeAll(() => {
    play = new Play();
    for (const command of COMMANDS) play.kubectl(command);
    trace = play.trace();
    story = new Story(trace);
    story.follow();
  });

  /** The steps between a command and the next, as `Chapter: sentence`. */
  const told = (command: string): string[] => {
    const seqs = play.records.filter(({ payload }) => payload.kind === 'input').map(({ seq }) => seq as number);
    const place = COMMANDS.indexOf(command);
    const [from = 0, to = Number.POSITIVE_INFINITY] = [seqs[place], seqs[place + 1]];
    return story.steps.filter(({ seq }) => seq >= from && seq < to).map(({ chapter, sentence }) => `${chapter}: ${sentence}`);
  };
  /** Each pattern is found, after the one before it. */
  const expectInOrder = (steps: readonly string[], patterns: readonly RegExp[]): void => {
    let next = 0;
    for (const pattern of patterns) {
      const found = steps.findIndex((step, i) => i >= next && pattern.test(step));
      expect({ pattern, found: found >= 0, steps: found >= 0 ? [] : steps.slice(next) }).toEqual({ pattern, found: true, steps: [] });
      next = found + 1;
    }
  };

  it('numbers the steps of the call flow, and nothing where nothing was created that makes Pods', () => {
    const other = new Play();
    other.kubectl('kubectl get nodes');
    other.kubectl('kubectl create configmap settings --from-literal=colour=blue');
    const quiet = new Story(other.trace());
    quiet.follow();
    expect(story.steps.some(({ told }) => told === 9)).toBe(true);
    expect(quiet.steps.filter(({ told }) => told !== null)).toEqual([]);
  });

  it('ends the numbers once what was created is deleted', () => {
    const deletion = story.steps.find(({ sentence }) => sentence.includes('kubectl -> kube-apiserver: delete Deployment web'));
    expect(deletion).toBeDefined();
    expect(story.steps.filter(({ seq, told }) => seq >= (deletion?.seq ?? 0) && told !== null)).toEqual([]);
  });

  it('tells how a Service comes to be rules', () => {
    expectInOrder(told('kubectl expose deployment web --port=80'), [
      /^Request: kubectl -> kube-apiserver: create Service web, because you typed the command\.$/,
      /^Persist: kube-apiserver -> etcd: write \/registry\/services\/specs\/default\/web /,
      /^Route: kube-apiserver -> kube-proxy on \S+: there is a new Service web/,
      /^Reconcile: endpointslice-controller -> kube-apiserver: create an? EndpointSlice/,
      /^Route: kube-apiserver -> kube-proxy on \S+: there is a new EndpointSlice/,
      /^Route: kube-proxy on \S+ -> kernel on \S+: load these \d+ rules/,
    ]);
  });

  it('tells how a Deployment grows, and that only one Pod is new', () => {
    const steps = told('kubectl scale deployment web --replicas=2');
    expectInOrder(steps, [
      /^Request: kubectl -> kube-apiserver: scale Deployment web to 2 replicas/,
      /^Admit: /,
      /^Persist: /,
      /^Notify: kube-apiserver -> kube-controller-manager: Deployment web wants 2 replicas/,
      /^Reconcile: deployment-controller -> kube-apiserver: save ReplicaSet web-\S+ with 2 replicas/,
      /^Notify: kube-apiserver -> kube-controller-manager: ReplicaSet web-\S+ wants 2 replicas/,
      /^Reconcile: replicaset-controller -> kube-apiserver: create a Pod named web-/,
      /^Notify: kube-apiserver -> kube-scheduler: there is a new Pod web-/,
      /^Schedule: kube-scheduler: weighed /,
      /^Schedule: kube-scheduler -> kube-apiserver: bind Pod web-/,
      /^Notify: kube-apiserver -> kubelet on \S+: Pod web-\S+ is bound to /,
      /^Run: kubelet on \S+ -> containerd on \S+: start container nginx/,
      /^Report: kubelet on \S+ -> kube-apiserver: Pod web-\S+ is Running and Ready/,
      /^Route: kube-apiserver -> kube-proxy on \S+: EndpointSlice web-\S+ has 2 ready endpoints/,
    ]);
    expect(steps.filter((step) => step.includes('create a Pod'))).toHaveLength(1);
  });

  it('tells a rolling update: a new ReplicaSet grows, then the old one shrinks', () => {
    expectInOrder(told('kubectl set image deployment/web nginx=nginx:1.27'), [
      /^Request: kubectl -> kube-apiserver: change Deployment web/,
      /^Notify: .*Deployment web has a new Pod template/,
      /^Reconcile: deployment-controller -> kube-apiserver: create ReplicaSet web-/,
      /^Report: kubelet on \S+ -> kube-apiserver: Pod web-\S+ is Running and Ready/,
      /^Reconcile: deployment-controller -> kube-apiserver: save ReplicaSet web-\S+ with \d replicas?/,
      /^Reconcile: replicaset-controller -> kube-apiserver: delete Pod web-/,
      /^Notify: kube-apiserver -> kubelet on \S+: Pod web-\S+ is to be deleted/,
      /^Run: kubelet on \S+ -> containerd on \S+: stop container nginx/,
      /^Report: kubelet on \S+ -> kube-apiserver: delete Pod web-/,
      /^Notify: kube-apiserver -> kube-controller-manager: Pod web-\S+ is gone/,
    ]);
  });

  it('tells a deletion down to the last Pod', () => {
    expectInOrder(told('kubectl delete deployment web'), [
      /^Request: kubectl -> kube-apiserver: delete Deployment web/,
      /^Persist: kube-apiserver -> etcd: delete \/registry\/deployments\/default\/web/,
      /^Notify: .*Deployment web is gone/,
      /^Reconcile: generic-garbage-collector -> kube-apiserver: delete ReplicaSet web-/,
      /^Reconcile: generic-garbage-collector -> kube-apiserver: delete Pod web-/,
      /^Route: .*has 0 ready endpoints/,
    ]);
  });

  it('tells a refusal', () => {
    expectInOrder(told('kubectl get pod nobody'), [
      /^Request: kubectl -> kube-apiserver: give me Pod nobody/,
      /^Request: kube-apiserver -> kubectl: 404, there is no Pod nobody\.$/,
    ]);
  });

  it('numbers the occurrences of each chapter, and knows no other chapters', () => {
    const counts = new Map<string, number>();
    for (const { chapter, occurrence } of story.steps) {
      expect(CHAPTERS).toContain(chapter);
      counts.set(chapter, (counts.get(chapter) ?? 0) + 1);
      expect(occurrence).toBe(counts.get(chapter));
    }
  });

  it('is the same however often it is told while the run grows', () => {
    const growing: TraceRecord[] = [];
    const slowly = new Trace(growing);
    const retold = new Story(slowly);
    for (let i = 0; i < play.records.length; i += 97) {
      growing.push(...play.records.slice(i, i + 97));
      slowly.follow();
      retold.follow();
    }
    expect(retold.steps).toEqual(story.steps);
  });

  it('has a sentence for every record, of at most 25 words, that says who', () => {
    for (const record of play.records) {
      const sentence = sentenceOf(record, trace);
      expect(sentence.split(' ').length, sentence).toBeLessThanOrEqual(25);
      expect(sentence).toMatch(/^\S.*: .*\S[.?!…]$/);
      expect(sentence).not.toMatch(/undefined|null|\[object|NaN/);
    }
  });

  it('says where the short story is wrong, at the message that shows it', () => {
    const notes = story.steps.map(({ seq }) => noteOf(play.records[seq] as TraceRecord, trace) ?? '');
    for (const said of [
      'asks the scheduler',
      'tells the kubelet to run',
      'poll every few seconds',
      'told about Pods',
      'Docker runs',
      'Pods move',
      'Traffic passes',
    ])
      expect(
        notes.some((note) => note.startsWith('You may have read') && note.includes(said)),
        said,
      ).toBe(true);
  });
});

describe('a failure is told', () => {
  it('of a container: it ends, its Pod waits, it starts again', () => {
    const play = new Play().kubectl('kubectl run bad --image=watchloop/crash').wait(30_000_000);
    const story = new Story(play.trace());
    const steps = story.follow().map(({ chapter, sentence }) => `${chapter}: ${sentence}`);
    const ends = steps.findIndex((step) =>
      /^Run: runc on \S+ -> containerd on \S+: container bad of Pod bad ended with exit code 1/.test(step),
    );
    const waits = steps.findIndex((step) => /^Report: .*Pod bad waits: CrashLoopBackOff/.test(step));
    const again = steps.findIndex((step, i) => i > ends && /^Run: .*start container bad of Pod bad/.test(step));
    expect(ends).toBeGreaterThan(0);
    expect(waits).toBeGreaterThan(ends);
    expect(again).toBeGreaterThan(ends);
  });

  it('of a machine: no sign of life, its Node is not Ready', () => {
    const play = new Play().fault({ kind: 'node-power', node: 'node-2', on: false });
    const steps = new Story(play.trace()).follow().map(({ chapter, sentence }) => `${chapter}: ${sentence}`);
    expect(steps).toContainEqual('Request: kernel on node-2: you switch this machine off.');
    expect(steps).toContainEqual(
      expect.stringMatching(/^Reconcile: node-controller -> kube-apiserver: Node node-2 gave no sign of life in time/),
    );
    expect(steps).toContainEqual(expect.stringMatching(/^Notify: kube-apiserver -> kube-controller-manager: Node node-2 is not Ready/));
  });
});
