// Addresses and node ports of Services, against kube-apiserver's allocators.
import { type Json, type JsonObject, jsonEqual } from '../../base/json';
import {
  hostsIn,
  inRange,
  parseRange,
  type Range,
  staticBand,
  staticPortBand,
} from '../../components/kube-apiserver/registry/ip-allocator';
import { judgedBy } from './adapter';

const differs = (said: Json, expected: Json): string | null => (jsonEqual(said, expected) ? null : JSON.stringify(said));
const rangeOf = (cidr: string): Range => {
  const range = parseRange(cidr);
  if (range === null) throw new Error(`${cidr} is no range`);
  return range;
};

const GROUPS: { readonly [group: string]: (input: never, expect: never) => string | null } = {
  'static-band': (cidr: string, expect: number) => differs(staticBand(rangeOf(cidr).size), expect),
  'nodeport-static-band': ({ args }: { args: { pr: { size: number } } }, expect: number) => differs(staticPortBand(args.pr.size), expect),
  range({ cidr }: { cidr: string }, expect: JsonObject) {
    const range = rangeOf(cidr);
    const outOfRange = (expect.outOfRange as readonly string[]).filter((address) => !inRange(range, address));
    const given = ['released', 'alreadyAllocated'].filter((field) => inRange(range, String(expect[field])));
    const said = { family: range.family, free: hostsIn(range), outOfRange };
    const { released, alreadyAllocated, ...wanted } = expect;
    return given.length === 2 ? differs(said, wanted) : `${given.join()} of ${String(released)}, ${String(alreadyAllocated)}`;
  },
  'dns-name': () => 'no DNS is simulated',
};

export const adapter = judgedBy(GROUPS);
