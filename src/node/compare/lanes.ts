// Two runs laid side by side, lane by lane. A lane is what happened to one thing, in order; what happens
// to different things at the same time has no order.

export class Lanes {
  private readonly lanes = new Map<string, string[]>();

  add(lane: string, item: string): void {
    const items = this.lanes.get(lane);
    if (items === undefined) this.lanes.set(lane, [item]);
    else items.push(item);
  }
  get(lane: string): readonly string[] {
    return this.lanes.get(lane) ?? [];
  }
  names(): string[] {
    return [...this.lanes.keys()];
  }

  /** The same lanes with Pods or ReplicaSets under other names: `web-H1-P2` -> `web-H1-P1`. */
  renamed(pattern: RegExp, names: ReadonlyMap<string, string>): Lanes {
    const rename = (text: string): string => text.replace(pattern, (name) => names.get(name) ?? name);
    const lanes = new Lanes();
    for (const [lane, items] of this.lanes) for (const item of items) lanes.add(rename(lane), rename(item));
    return lanes;
  }

  /** Each thing that the pattern finds in a lane's name, with all that happened to it, its own name left out. */
  stories(pattern: RegExp): Map<string, string> {
    const lines = new Map<string, string[]>();
    for (const [lane, items] of this.lanes) {
      const [name] = lane.match(pattern) ?? [];
      if (name === undefined) continue;
      const line = `${lane}: ${items.join(', ')}`.replaceAll(name, '*').replace(/-P\d+/g, '-P');
      lines.set(name, [...(lines.get(name) ?? []), line]);
    }
    return new Map([...lines].map(([name, all]) => [name, all.sort().join('\n')]));
  }
}
const REPLICA_SET = /[a-z0-9.-]+?-H\d+/g;
const POD = /[a-z0-9.-]+-H\d+-P\d+/g;

/** Pods of one owner are alike, and so are ReplicaSets of one Deployment: ours are numbered so that each stands beside
 *  one that had the same happen to it. */
export const align = (real: Lanes, ours: Lanes): Lanes => alignNames(real, alignNames(real, ours, REPLICA_SET), POD);

function alignNames(real: Lanes, ours: Lanes, pattern: RegExp): Lanes {
  const names = new Map<string, string>();
  const left = new Map(real.stories(pattern));
  const mine = [...ours.stories(pattern)];
  const family = (name: string): string => name.replace(/[PH]\d+$/, '');
  const take = (name: string, fits: (candidate: string, story: string) => boolean): void => {
    if (names.has(name)) return;
    const match = [...left].find(([candidate, story]) => family(candidate) === family(name) && fits(candidate, story));
    if (match === undefined) return;
    names.set(name, match[0]);
    left.delete(match[0]);
  };
  for (const [name, story] of mine) take(name, (candidate, theirs) => candidate === name && theirs === story);
  for (const [name, story] of mine) take(name, (_, theirs) => theirs === story);
  for (const [name, story] of mine)
    take(name, (_, theirs) => theirs.includes('-P') === story.includes('-P') && theirs.includes('DELETE') === story.includes('DELETE'));
  for (const [name] of mine) take(name, (candidate) => candidate === name);
  for (const [name] of mine) take(name, () => true);
  return ours.renamed(pattern, names);
}

export interface LaneResult {
  readonly lane: string;
  readonly matched: number;
  /** In the recording, not in ours. */
  readonly missing: readonly string[];
  /** In ours, not in the recording. */
  readonly extra: readonly string[];
}

/** One result per lane of either side; order counts within a lane. */
export const compareLanes = (real: Lanes, ours: Lanes): LaneResult[] =>
  [...new Set([...real.names(), ...ours.names()])].sort().map((lane) => ({ lane, ...compareItems(real.get(lane), ours.get(lane)) }));

/** The longest common subsequence is matched; the rest is missing or extra. */
function compareItems(real: readonly string[], ours: readonly string[]): Omit<LaneResult, 'lane'> {
  const lengths = Array.from({ length: real.length + 1 }, () => new Array<number>(ours.length + 1).fill(0));
  const at = (i: number, j: number): number => lengths[i]?.[j] ?? 0;
  for (let i = real.length - 1; i >= 0; i--) {
    for (let j = ours.length - 1; j >= 0; j--) {
      (lengths[i] as number[])[j] = real[i] === ours[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const missing: string[] = [];
  const extra: string[] = [];
  let i = 0;
  let j = 0;
  while (i < real.length || j < ours.length) {
    if (i < real.length && j < ours.length && real[i] === ours[j]) {
      i++;
      j++;
    } else if (j >= ours.length || (i < real.length && at(i + 1, j) >= at(i, j + 1))) missing.push(real[i++] as string);
    else extra.push(ours[j++] as string);
  }
  return { matched: at(0, 0), missing, extra };
}
