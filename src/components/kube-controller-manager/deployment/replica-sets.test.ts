import { describe, expect, it } from 'vitest';
import type { Deployment, Pod, PodTemplateSpec, ReplicaSet } from '../../../machinery/types';
import { activeOrLatest, beyondHistory, equalIgnoringHash, oldPodsRunning, replicaSetName, splitReplicaSets } from './replica-sets';
import { newReplicaSetAnnotations, REVISION } from './revisions';

const template = (image: string, hash?: string): PodTemplateSpec => ({
  metadata: { labels: { app: 'd', ...(hash === undefined ? {} : { 'pod-template-hash': hash }) } },
  spec: { containers: [{ name: 'c', image }] },
});
const set = (name: string, change: Partial<ReplicaSet['spec']> = {}, status: ReplicaSet['status'] = { replicas: 0 }): ReplicaSet => ({
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  metadata: {
    name,
    uid: `uid-${name}`,
    creationTimestamp: `2026-01-01T00:00:0${name.slice(1)}Z`,
    annotations: { [REVISION]: name.slice(1) },
  },
  spec: { replicas: 0, selector: {}, template: template(`nginx:${name.slice(1)}`, name), ...change },
  status,
});
const deployment = (image: string): Deployment => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'd' },
  spec: { selector: {}, template: template(image) },
});
const names = (sets: readonly ReplicaSet[]): string[] => sets.map(({ metadata }) => metadata.name);

describe('templates', () => {
  it('are the same whatever their hash', () => {
    expect(equalIgnoringHash(template('nginx:1'), template('nginx:1', 'abc'))).toBe(true);
    expect(equalIgnoringHash(template('nginx:1'), template('nginx:2'))).toBe(false);
  });
  it('are the same whether an empty list or map is written or not', () => {
    const [container] = template('nginx:1').spec.containers;
    if (container === undefined) throw new Error('no container');
    const spelled = {
      ...template('nginx:1'),
      spec: { containers: [{ ...container, ports: [], resources: { limits: {} } }], nodeSelector: {} },
    };
    expect(equalIgnoringHash(template('nginx:1'), spelled)).toBe(true);
  });
  it('differ by a pointer to something empty', () => {
    const volume = (source: object): PodTemplateSpec => ({
      ...template('nginx:1'),
      spec: { ...template('nginx:1').spec, volumes: [{ name: 'v', ...source }] },
    });
    expect(equalIgnoringHash(volume({ emptyDir: {} }), volume({}))).toBe(false);
  });
});

describe('the ReplicaSets of a Deployment', () => {
  it('are the oldest that fits its template, and the others from the oldest on', () => {
    const twin = { ...set('s3'), spec: { ...set('s3').spec, template: template('nginx:1') } };
    const { current, old } = splitReplicaSets(deployment('nginx:1'), [twin, set('s2'), set('s1')]);
    expect(current?.metadata.name).toBe('s1');
    expect(names(old)).toEqual(['s2', 's3']);
  });

  it('one is to be scaled if at most one runs pods', () => {
    const active = set('s1', { replicas: 2 });
    expect(activeOrLatest(set('s3'), [set('s2'), active])).toBe(active);
    expect(activeOrLatest(set('s3'), [set('s2')])?.metadata.name).toBe('s3');
    expect(activeOrLatest(null, [set('s1'), set('s2')])?.metadata.name).toBe('s2');
    expect(activeOrLatest(set('s3', { replicas: 1 }), [active])).toBeNull();
  });

  it('beyond the history limit go by their revision, if nobody needs them', () => {
    const busy = set('s1', {}, { replicas: 1 });
    const going = { ...set('s2'), metadata: { ...set('s2').metadata, deletionTimestamp: '2026-01-01T00:00:09Z' } };
    expect(names(beyondHistory([set('s4'), set('s3'), busy, going], 1))).toEqual(['s3']);
    expect(beyondHistory([set('s1')], undefined)).toEqual([]);
    const unseen = { ...set('s1'), metadata: { ...set('s1').metadata, generation: 2 } };
    expect(beyondHistory([unseen], 0)).toEqual([]);
  });

  it('have names of at most 253 characters', () => {
    expect(replicaSetName('web', 'abc')).toBe('web-abc');
    expect(replicaSetName('x'.repeat(253), 'abc')).toBe(`${'x'.repeat(249)}-abc`);
  });

  it('may still run old pods until all have ended', () => {
    const pod = (phase: 'Running' | 'Failed'): Pod => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p' },
      spec: { containers: [] },
      status: { phase },
    });
    const current = set('s2');
    expect(oldPodsRunning(current, [set('s1', {}, { replicas: 1 })], new Map())).toBe(true);
    expect(oldPodsRunning(current, [set('s1')], new Map([['uid-s1', [pod('Running')]]]))).toBe(true);
    expect(oldPodsRunning(current, [set('s1')], new Map([['uid-s1', [pod('Failed')]]]))).toBe(false);
    expect(oldPodsRunning(current, [set('s1')], new Map([['uid-s2', [pod('Running')]]]))).toBe(false);
  });
});

describe('the annotations of a new ReplicaSet', () => {
  const noted: Deployment = {
    ...deployment('nginx:1'),
    metadata: { name: 'd', annotations: { team: 'a', [REVISION]: '7', 'kubectl.kubernetes.io/last-applied-configuration': '{}' } },
  };
  it('are the Deployment’s but for what is its own', () => {
    expect(newReplicaSetAnnotations(noted, undefined, 1)).toEqual({ team: 'a', [REVISION]: '1' });
  });
  it('keep the revisions that it was before', () => {
    const history = 'deployment.kubernetes.io/revision-history';
    expect(newReplicaSetAnnotations(noted, { [REVISION]: '2', [history]: '1' }, 5)).toEqual({
      team: 'a',
      [REVISION]: '5',
      [history]: '1,2',
    });
    expect(newReplicaSetAnnotations(noted, { team: 'a', [REVISION]: '5' }, 5)).toEqual({ team: 'a', [REVISION]: '5' });
  });
  it('keep no more history than fits', () => {
    const history = 'deployment.kubernetes.io/revision-history';
    const long = Array.from({ length: 400 }, (_, i) => String(1_000 + i)).join(',');
    const kept = newReplicaSetAnnotations(noted, { [REVISION]: '1400', [history]: long }, 1_401)[history] ?? '';
    expect(kept.length).toBeLessThanOrEqual(2_000);
    expect(kept.endsWith(',1399,1400')).toBe(true);
  });
});
