// A map whose keys stay in UTF-8 byte order: one sorted array of keys beside a hash map.
// Insertion is a memory move, which for the tens of thousands of keys here beats any tree.
import { compareBytes } from './order';

export class SortedMap<V> {
  private readonly values = new Map<string, V>();
  private readonly sorted: string[] = [];

  get size(): number {
    return this.sorted.length;
  }

  get(key: string): V | undefined {
    return this.values.get(key);
  }

  has(key: string): boolean {
    return this.values.has(key);
  }

  set(key: string, value: V): void {
    if (!this.values.has(key)) this.sorted.splice(this.indexOf(key), 0, key);
    this.values.set(key, value);
  }

  delete(key: string): boolean {
    if (!this.values.delete(key)) return false;
    this.sorted.splice(this.indexOf(key), 1);
    return true;
  }

  clear(): void {
    this.values.clear();
    this.sorted.length = 0;
  }

  /** Keys in [from, to) in byte order; `to` null means to the end. */
  keys(from = '', to: string | null = null): string[] {
    return this.sorted.slice(this.indexOf(from), to === null ? this.sorted.length : this.indexOf(to));
  }

  *entries(from = '', to: string | null = null): Generator<[string, V]> {
    for (const key of this.keys(from, to)) yield [key, this.values.get(key) as V];
  }

  /** Where `key` stands, or would stand. */
  private indexOf(key: string): number {
    const last = this.sorted[this.sorted.length - 1];
    if (last !== undefined && compareBytes(last, key) < 0) return this.sorted.length;
    let low = 0;
    let high = this.sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (compareBytes(this.sorted[middle] as string, key) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
