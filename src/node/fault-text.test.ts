import { expect, test } from 'vitest';
import { faultFrom } from './fault-text';

test.each([
  ['fault node-power node=node-1 on=false', { kind: 'node-power', node: 'node-1', on: false }],
  ['fault partition from=node-1 to=etcd for=1m', { kind: 'partition', from: 'node-1', to: 'etcd', oneWay: false, forUs: 60_000_000 }],
  ['fault clock node=node-1 ahead=-5s', { kind: 'clock', node: 'node-1', aheadUs: -5_000_000 }],
  ['fault heal from=node-1 to=etcd', { kind: 'heal', from: 'node-1', to: 'etcd' }],
  ['fault reset from=a to=b path=/x?y=z', { kind: 'reset', from: 'a', to: 'b', path: '/x?y=z' }],
])('%s', (text, fault) => expect(faultFrom(text)).toEqual({ type: 'fault', fault }));

test.each([
  ['fault', /^there is no fault ""; known are kill-container, /],
  ['fault toString', /^there is no fault "toString"/],
  ['fault stall from=a to=b for=20m', /^stall forUs must be /],
  ['fault stall from=a to=b for=soon', /^stall forUs must be a whole number/],
  ['fault delay from=a to=b for=1s', /^delay needs "byUs"/],
  ['fault registry state=sold', /^registry state must be one of well, /],
  ['fault compact-etcd now', /^compact-etcd now is not known here/],
])('%s is refused', (text, problem) => expect(faultFrom(text)).toMatch(problem));
