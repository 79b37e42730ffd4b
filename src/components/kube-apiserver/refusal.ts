// A refusal: what the server answers instead of doing what was asked. A value, not an exception.
import type { JsonObject } from '../../base/json';
import type { Status } from '../../machinery/status';
import type { Headers } from '../../wire/payload';

export class Refusal {
  constructor(
    readonly status: Status,
    readonly headers: Headers = {},
  ) {}

  get code(): number {
    return this.status.code ?? 500;
  }
  get body(): JsonObject {
    return this.status as unknown as JsonObject;
  }
}

export const refuse = (status: Status): Refusal => new Refusal(status);
