// Lists of the match `recent`: who came when. kube-proxy keeps session affinity with them. Models xt_recent.c.
import type { Json, JsonObject } from '../../base/json';

/** As the kernel module has it by default (`ip_list_tot`): the oldest entry goes. */
const MAX_ENTRIES = 100;

export class RecentLists {
  private readonly lists = new Map<string, Map<string, number>>();

  /** Whether an address was seen within so many seconds; null: ever. */
  has(list: string, address: string, seconds: number | null, nowUs: number): boolean {
    const seenUs = this.lists.get(list)?.get(address);
    return seenUs !== undefined && (seconds === null || nowUs - seenUs <= seconds * 1_000_000);
  }

  /** Notes an address in each list; returns how that changes the interior. */
  remember(names: readonly string[], address: string, nowUs: number): JsonObject {
    const set: { [path: string]: Json } = {};
    for (const name of names) {
      let list = this.lists.get(name);
      if (list === undefined) this.lists.set(name, (list = new Map()));
      list.delete(address);
      list.set(address, nowUs);
      set[pathOf(name, address)] = nowUs;
      const [oldest] = list.keys();
      if (list.size <= MAX_ENTRIES || oldest === undefined) continue;
      list.delete(oldest);
      set[pathOf(name, oldest)] = null;
    }
    return set;
  }

  /** `recent/LIST/ADDRESS` -> when it was last seen, in microseconds. */
  inspect(): { readonly [path: string]: Json } {
    return Object.fromEntries([...this.lists].flatMap(([name, list]) => [...list].map(([address, at]) => [pathOf(name, address), at])));
  }
}

const pathOf = (list: string, address: string): string => `recent/${list}/${address}`;
