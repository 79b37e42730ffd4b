// Small fast hashes. FNV-1a is what Kubernetes uses for template hashes and names; the 64-bit digest
// (two 32-bit lanes, after the public-domain cyrb53) identifies runs and seeds random streams.
// Neither is meant to withstand an attacker.

/** FNV-1a over the UTF-16 units' low bytes: equals Go's fnv.New32a for ASCII text. */
export function fnv32a(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ (text.charCodeAt(i) & 0xff), 0x01000193);
  return hash >>> 0;
}

/** Mixes two unsigned 32-bit numbers into one. */
export function mix(a: number, b: number): number {
  let h = Math.imul(a ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(b ^ (b >>> 15), 0xc2b2ae35);
  h = Math.imul(h ^ (h >>> 13), 0x27d4eb2f);
  return (h ^ (h >>> 16)) >>> 0;
}

/** A running digest: feed numbers and text in order, read 16 hex digits at any time. */
export class Digest {
  private a = 0xdeadbeef;
  private b = 0x41c6ce57;

  number(value: number): this {
    this.word(value >>> 0);
    this.word(Math.floor(value / 0x1_0000_0000) >>> 0);
    return this;
  }

  text(value: string): this {
    let a = this.a;
    let b = this.b;
    for (let i = 0; i < value.length; i++) {
      const unit = value.charCodeAt(i);
      a = Math.imul(a ^ unit, 2654435761);
      b = Math.imul(b ^ unit, 1597334677);
    }
    this.a = a;
    this.b = b;
    this.word(value.length);
    return this;
  }

  hex(): string {
    const a = Math.imul(this.a ^ (this.a >>> 16), 2246822507) ^ Math.imul(this.b ^ (this.b >>> 13), 3266489909);
    const b = Math.imul(this.b ^ (this.b >>> 16), 2246822507) ^ Math.imul(this.a ^ (this.a >>> 13), 3266489909);
    return (a >>> 0).toString(16).padStart(8, '0') + (b >>> 0).toString(16).padStart(8, '0');
  }

  private word(value: number): void {
    this.a = Math.imul(this.a ^ value, 2654435761);
    this.b = Math.imul(this.b ^ value, 1597334677);
  }
}

/** The digest of one text, 16 hex digits. */
export const digestOf = (text: string): string => new Digest().text(text).hex();
