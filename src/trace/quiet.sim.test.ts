// What is quiet in a few minutes of a cluster without commands.
import { expect, test } from 'vitest';
import { SECOND } from '../base/brand';
import { Play } from '../cluster/testing/play';
import { nodeOf } from '../wire/names';
import { WIRE } from './levels';
import { quietOf } from './quiet';
import type { Quiet } from './quiet-kinds';
import { keyOfRequest } from './subject';

test('all that goes on by itself is a heartbeat, a lease renewal, a bookmark or a poll; nothing of a command is', () => {
  const play = new Play();
  const trace = play
    .kubectl('kubectl create deployment test --image=nginx')
    .wait(330 * SECOND)
    .trace();
  const found = new Map<Quiet, Set<string>>();
  const other = new Set<string>();
  for (const record of trace.records) {
    if (trace.isBoot(record.seq)) continue;
    const quiet = quietOf(record, trace);
    const asked = trace.requestOf(record)?.payload ?? record.payload;
    const what =
      'path' in asked && record.payload.kind !== 'watch-delivery'
        ? asked.path
        : 'rpc' in asked
          ? `${asked.rpc} ${keyOfRequest(asked.body) ?? ''}`
          : record.payload.kind;
    if (quiet !== null) found.set(quiet, (found.get(quiet) ?? new Set<string>()).add(what));
    else if (trace.levels[record.seq] === WIRE && nodeOf(record.from) === null) other.add(what);
  }
  const said = (quiet: Quiet): string => [...(found.get(quiet) ?? [])].join(' ');
  expect(said('lease')).toMatch(/kube-node-lease\/leases\/node-1.*/);
  expect(said('lease')).toContain('Txn');
  expect(said('heartbeat')).toMatch(/\/api\/v1\/nodes\/node-1\/status/);
  expect(said('poll')).toContain('ListPodSandbox');
  expect(found.get('bookmark')?.size).toBeGreaterThan(0);
  expect([...other].filter((what) => !/watch=true|^Watch |^watch-delivery$|^Compact |compact_rev_key/.test(what))).toEqual([]);
});
