// All values that a path ever had, by the record that set it: any moment is a look-up, not a replay.
// (What etcd does with revisions, done with record numbers.)
import type { Json } from '../base/json';

interface Versions {
  readonly seqs: number[];
  readonly values: (Json | null)[];
}

export class History {
  private readonly groups = new Map<string, Map<string, Versions>>();

  /** Notes that record `seq` set `path` of `group`; null removes it. Records come in their order. */
  set(group: string, path: string, seq: number, value: Json | null): void {
    let paths = this.groups.get(group);
    if (paths === undefined) this.groups.set(group, (paths = new Map<string, Versions>()));
    let versions = paths.get(path);
    if (versions === undefined) paths.set(path, (versions = { seqs: [], values: [] }));
    const last = versions.seqs.length - 1;
    if (versions.seqs[last] === seq) versions.values[last] = value;
    else {
      versions.seqs.push(seq);
      versions.values.push(value);
    }
  }

  /** Names of the groups that begin with `prefix`, in the order in which they first appeared. */
  groupsLike(prefix: string): readonly string[] {
    return [...this.groups.keys()].filter((group) => group.startsWith(prefix));
  }

  /** The value of `path` after record `seq`; null if it has none. */
  at(group: string, path: string, seq: number): Json | null {
    const versions = this.groups.get(group)?.get(path);
    if (versions === undefined) return null;
    const i = placeOf(versions.seqs, seq);
    return i < 0 ? null : (versions.values[i] ?? null);
  }

  /** The value before the one that record `seq` sees; null if there is none. */
  before(group: string, path: string, seq: number): Json | null {
    const versions = this.groups.get(group)?.get(path);
    if (versions === undefined) return null;
    return versions.values[placeOf(versions.seqs, seq) - 1] ?? null;
  }

  /** Every value of `path` up to record `seq`, with the record that set it, oldest first. */
  versions(group: string, path: string, seq: number): readonly (readonly [seq: number, value: Json | null])[] {
    const versions = this.groups.get(group)?.get(path);
    if (versions === undefined) return [];
    const { seqs, values } = versions;
    return seqs.slice(0, placeOf(seqs, seq) + 1).map((at, i) => [at, values[i] ?? null]);
  }

  /** The paths of a group that have a value after record `seq`, with it, in the order in which they
   *  first appeared. */
  group(group: string, seq: number): [string, Json][] {
    const found: [string, Json][] = [];
    for (const [path, { seqs, values }] of this.groups.get(group) ?? []) {
      const value = values[placeOf(seqs, seq)];
      if (value !== null && value !== undefined) found.push([path, value]);
    }
    return found;
  }
}

/** The last index whose seq is at most `seq`; -1 if none. */
function placeOf(seqs: readonly number[], seq: number): number {
  let low = 0;
  let high = seqs.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((seqs[middle] as number) <= seq) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
