// What each chamber said to one request, written down once: before storage is asked, or when it is refused.

import type { Seq } from '../../../base/brand';
import type { JsonObject } from '../../../base/json';
import type { Ctx } from '../../../sim/process';
import type { User } from './user';

export class Chain {
  private readonly stages: JsonObject[] = [];
  private written = false;

  constructor(
    private readonly ctx: Ctx,
    /** Null for what the server asks of itself without a message. */
    private readonly request: Seq | null,
  ) {}

  user: User | null = null;

  add(stage: JsonObject): void {
    this.stages.push(stage);
  }

  /** A second call does nothing: an update may be tried again after a conflict. */
  write(): void {
    if (this.written) return;
    this.written = true;
    if (this.request === null) return;
    const { user } = this;
    this.ctx.inside('chain', {
      request: this.request,
      user: user?.name ?? null,
      groups: user?.groups ?? [],
      stages: this.stages,
    });
  }
}
