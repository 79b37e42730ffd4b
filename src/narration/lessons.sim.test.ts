// What the recording of a Deployment with a Service teaches.
import { beforeAll, describe, expect, it } from 'vitest';
import { Play } from '../cluster/testing/play';
import type { Trace } from '../trace/trace';
import { type Lessons, lessonsOf } from './lessons';

describe('lessons', () => {
  let trace: Trace;
  let lessons: Lessons;
  beforeAll(() => {
    const play = new Play();
    play.kubectl('kubectl create deployment test --image=nginx');
    play.kubectl('kubectl expose deployment test --port=80');
    trace = play.trace();
    lessons = lessonsOf(trace);
  });
  const shown = (id: string) => trace.get([...lessons.architecture, ...lessons.beliefs].find((lesson) => lesson.id === id)?.seq ?? -1);

  it('are the fourteen statements, each shown but that a node fails', () => {
    expect(lessons.architecture.map(({ id }) => id)).toEqual(Array.from({ length: 14 }, (_, i) => `A${i + 1}`));
    expect(lessons.architecture.filter(({ seq }) => seq === null).map(({ id }) => id)).toEqual(['A3']);
  });

  it('show records of the component that the statement is about', () => {
    expect(shown('A7')).toMatchObject({ from: 'kube-apiserver', to: 'etcd', payload: { rpc: 'Txn' } });
    expect(shown('A9')).toMatchObject({ from: 'kube-scheduler', payload: { topic: 'schedule' } });
    expect(shown('A11')?.payload).toMatchObject({ protocol: 'cri', rpc: 'RunPodSandbox' });
    expect(shown('A14')?.from).toMatch(/^kube-proxy\//);
    expect(shown('A1')?.payload).toMatchObject({ method: 'POST', path: '/api/v1/nodes' });
  });

  it('prefer what the person caused to what boot sent', () => {
    expect(trace.isBoot(shown('A13')?.seq ?? 0)).toBe(false);
    expect(trace.isBoot(shown('A2')?.seq ?? -1)).toBe(true);
  });

  it('refute a wrong belief at the message that shows the truth', () => {
    expect(shown('apiserver-asks-scheduler')).toMatchObject({ to: 'kube-scheduler', payload: { kind: 'watch-delivery' } });
    expect(lessons.beliefs.length).toBeGreaterThan(15);
    expect(lessons.beliefs.every(({ title }) => title !== '')).toBe(true);
  });
});
