// Every program of ../shared/vectors/etcd-programs.json, recorded from a real etcd.
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { etcdPrograms } from '../../node/vectors/etcd-programs';

const FILE = new URL('../../../../shared/vectors/etcd-programs.json', import.meta.url);

describe.skipIf(!existsSync(FILE))('programs recorded from a real etcd (skipped: no ../shared/vectors)', () => {
  const cases = existsSync(FILE) ? etcdPrograms(JSON.parse(readFileSync(FILE, 'utf8')), () => null) : [];
  it.each(cases.map((one) => [one.id, one] as const))('%s', (_, one) => {
    expect(one.run()).toBeNull();
  });
});
