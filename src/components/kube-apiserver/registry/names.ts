// Names and uids that the server makes up. Models apiserver pkg/storage/names and apimachinery pkg/util/rand.
import type { Ctx } from '../../../sim/process';

/** rand.go: no vowels and nothing that looks alike, so that no words come out. */
export const SAFE_ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';
const SUFFIX_LENGTH = 5;
const MAX_BASE_LENGTH = 63 - SUFFIX_LENGTH;

/** Chance depends on what is named and on how often that was asked, not on what else goes on. */
export class NameGenerator {
  private readonly ordinals = new Map<string, number>();

  constructor(private readonly ctx: Ctx) {}

  generate(resource: string, namespace: string, generateName: string): string {
    const base = generateName.slice(0, MAX_BASE_LENGTH);
    return base + this.text(`name/${resource}/${namespace}/${generateName}`);
  }

  /** Five characters for what else needs a name: `kube-api-access-xxxxx`. */
  text(purpose: string): string {
    return this.ctx.random(`${purpose}/${this.next(purpose)}`).text(SUFFIX_LENGTH, SAFE_ALPHABET);
  }

  /** An integer in [low, high]. */
  number(purpose: string, low: number, high: number): number {
    return this.ctx.random(`number/${purpose}/${this.next(`number/${purpose}`)}`).between(low, high);
  }

  uid(purpose: string): string {
    const random = this.ctx.random(`uid/${purpose}/${this.next(`uid/${purpose}`)}`);
    const hex = [random.next(), random.next(), random.next(), random.next()].map((word) => word.toString(16).padStart(8, '0')).join('');
    const variant = '89ab'[Number.parseInt(hex[16] ?? '0', 16) & 3];
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
  }

  private next(purpose: string): number {
    const ordinal = this.ordinals.get(purpose) ?? 0;
    this.ordinals.set(purpose, ordinal + 1);
    return ordinal;
  }
}
