import { expect, test } from 'vitest';
import type { KubeObject } from '../../machinery/types';
import { Consistency } from './consistency';

const written = (resourceVersion: string): KubeObject => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', resourceVersion } });

test('an object is left alone until every copy shows what was written for it', () => {
  const consistency = new Consistency();
  const pods = { version: 10 };
  const sets = { version: 10 };
  consistency.wrote('default/a', pods, written('12'));
  consistency.wrote('default/a', pods, written('11'));
  consistency.wrote('default/a', sets, written('13'));
  expect(consistency.isReady('default/b')).toBe(true);
  expect(consistency.isReady('default/a')).toBe(false);
  pods.version = 12;
  expect(consistency.isReady('default/a')).toBe(false);
  sets.version = 15;
  expect(consistency.isReady('default/a')).toBe(true);
});

test('what is gone is not waited for', () => {
  const consistency = new Consistency();
  consistency.wrote('default/a', { version: 1 }, written('2'));
  consistency.forget('default/a');
  expect(consistency.isReady('default/a')).toBe(true);
});
