// What a controller asked for and has not yet seen in its cache: until then it does not count again.
// Models kubernetes pkg/controller/controller_utils.go: UIDTrackingControllerExpectations.
import { MINUTE } from '../../base/brand';
import { entry, type Json } from '../../base/json';
import type { Ctx } from '../../sim/process';

const TIMEOUT_US = 5 * MINUTE; // ExpectationsTimeout

interface Expected {
  creations: number;
  readonly deletions: Set<string>;
  readonly sinceUs: number;
  readonly told: Json;
}

export class Expectations {
  private readonly expected = new Map<string, Expected>();

  constructor(
    private readonly ctx: Ctx,
    private readonly controller: string,
  ) {}

  /** `creations` new objects and the deletion of objects with these keys are to be seen. */
  expect(key: string, creations: number, deletions: readonly string[]): void {
    const told: Json = { creations, deletions: deletions.length };
    this.expected.set(key, { creations, deletions: new Set(deletions), sinceUs: this.ctx.now(), told });
    this.ctx.inside('queue', { controller: this.controller, key, expects: told }, entry(this.path(key), told));
    this.settle(key);
  }

  creationObserved(key: string): void {
    const expected = this.expected.get(key);
    if (expected === undefined || expected.creations === 0) return;
    expected.creations--;
    this.settle(key);
  }

  deletionObserved(key: string, object: string): void {
    if (this.expected.get(key)?.deletions.delete(object)) this.settle(key);
  }

  /** Whether everything was seen, or is overdue. */
  satisfied(key: string): boolean {
    const expected = this.expected.get(key);
    return expected === undefined || this.ctx.now() - expected.sinceUs > TIMEOUT_US;
  }

  forget(key: string): void {
    if (!this.expected.delete(key)) return;
    this.ctx.inside('queue', { controller: this.controller, key, expects: null }, entry(this.path(key), null));
  }

  inspect(): { readonly [path: string]: Json } {
    const interior: { [path: string]: Json } = {};
    for (const [key, { told }] of this.expected) interior[this.path(key)] = told;
    return interior;
  }

  private settle(key: string): void {
    const expected = this.expected.get(key);
    if (expected !== undefined && expected.creations === 0 && expected.deletions.size === 0) this.forget(key);
  }

  private path(key: string): string {
    return `expectations/${this.controller}/${key}`;
  }
}
