// What hangs below an object and is not the object itself: scale, binding, eviction, token; and the reviews, which
// store nothing. Models the installers of pkg/registry/*/rest. Left out: exec, attach, port-forward, proxy.
import { failure } from '../../../machinery/status';
import type { Ctx } from '../../../sim/process';
import type { Task } from '../../../sim/task';
import type { HttpRequest } from '../../../wire/payload';
import type { Authenticator } from '../chain/authentication';
import type { Filters } from '../chain/filters';
import type { Rbac } from '../chain/rbac';
import type { Lookups } from '../lookups';
import { type Refusal, refuse } from '../refusal';
import type { Call, Store } from '../registry/store';
import type { RequestInfo } from '../request-info';
import { bind } from './binding';
import { evict } from './eviction';
import type { Reader } from './read';
import { Reviews } from './reviews';
import { serveScale } from './scale';
import { requestToken } from './token-request';
import type { Answered } from './write';

interface Parts {
  readonly ctx: Ctx;
  readonly store: Store;
  readonly reader: Reader;
  readonly lookups: Lookups;
  readonly filters: Filters;
  readonly authenticator: Authenticator;
  readonly rbac: Rbac;
}

export class Subresources {
  private readonly reviews: Reviews;

  constructor(private readonly parts: Parts) {
    this.reviews = new Reviews(parts);
  }

  *serve(request: HttpRequest, requested: RequestInfo, call: Call): Task<Answered | Refusal> {
    const { info, subresource } = call;
    switch (subresource) {
      case '':
        return info.resource === 'bindings'
          ? yield* bind(this.parts, request, requested, call)
          : this.reviews.serve(request, requested, call);
      case 'scale':
        return yield* serveScale(this.parts, request, requested, call);
      case 'binding':
        return yield* bind(this.parts, request, requested, call);
      case 'eviction':
        return yield* evict(this.parts, request, requested, call);
      case 'token':
        return yield* requestToken(this.parts, request, requested, call);
      default:
        return refuse(failure(501, 'NotImplemented', `the server does not implement ${info.resource}/${subresource}`));
    }
  }
}
