// From an authorised request to the endpoint that answers it, and the answer as an HTTP response.
// Models apiserver pkg/endpoints/installer.go (which paths and methods exist) and pkg/server/mux.
import type { Seq } from '../../../base/brand';
import type { Json, JsonObject } from '../../../base/json';
import { goQuote } from '../../../machinery/go-json';
import type { ResourceInfo } from '../../../machinery/resources';
import { genericResponse } from '../../../machinery/status';
import { printYaml } from '../../../machinery/yaml';
import type { Ctx } from '../../../sim/process';
import type { Task } from '../../../sim/task';
import type { Headers, HttpRequest, HttpResponse } from '../../../wire/payload';
import type { Bootstrap } from '../bootstrap/bootstrap';
import { Chain } from '../chain/chain';
import type { Filters } from '../chain/filters';
import type { User } from '../chain/user';
import { Refusal, refuse } from '../refusal';
import type { Call } from '../registry/store';
import type { RequestInfo } from '../request-info';
import { connect, isConnect, type Relay } from './connect';
import { discovery } from './discovery';
import { encodingOf } from './negotiation';
import type { OpenWatch, Reader } from './read';
import type { Subresources } from './subresources';
import type { Answered, Writer } from './write';

/** A response, and what follows it on an open connection: a watch, or what a kubelet sends. */
export interface Served {
  readonly response: HttpResponse;
  readonly watch: OpenWatch | null;
  readonly relay?: Relay;
}
interface Parts {
  readonly ctx: Ctx;
  readonly filters: Filters;
  readonly reader: Reader;
  readonly writer: Writer;
  readonly subresources: Subresources;
  readonly bootstrap: Bootstrap;
}

const JSON_HEADERS: Headers = { 'content-type': 'application/json', 'cache-control': 'no-cache, private' };
const PROTOBUF_HEADERS: Headers = { 'content-type': 'application/vnd.kubernetes.protobuf', 'cache-control': 'no-cache, private' };
const YAML_HEADERS: Headers = { 'content-type': 'application/yaml', 'cache-control': 'no-cache, private' };
const TEXT_HEADERS: Headers = {
  'content-type': 'text/plain; charset=utf-8',
  'cache-control': 'no-cache, private',
  'x-content-type-options': 'nosniff',
};

export class Dispatcher {
  constructor(private readonly parts: Parts) {}

  *serve(request: HttpRequest, info: RequestInfo, seq: Seq | null): Task<Served> {
    const { ctx, filters } = this.parts;
    const chain = new Chain(ctx, seq);
    const user = filters.pass(request, info, ctx.now(), chain);
    if (user instanceof Refusal) {
      chain.write();
      return respond(request, user.code, user.body, { ...user.headers, 'x-content-type-options': 'nosniff' });
    }
    if (!info.isResource) {
      chain.write();
      return this.nonResource(request, info);
    }
    return yield* this.resource(request, info, user, chain);
  }

  private *resource(request: HttpRequest, requested: RequestInfo, user: User, chain: Chain): Task<Served> {
    const { reader } = this.parts;
    const refusal = unservable(request, requested);
    if (refusal !== null || requested.info === null) {
      chain.write();
      return refusal ?? pageNotFound();
    }
    const { info } = requested;
    if (isConnect(requested)) {
      chain.write();
      const answer = yield* connect(this.parts, request, requested);
      if (answer instanceof Refusal) return refused(request, answer);
      return 'start' in answer ? { response: answer.head, watch: null, relay: answer } : { response: answer, watch: null };
    }
    if (isObjectItself(requested) && (requested.verb === 'get' || requested.verb === 'list' || requested.verb === 'watch')) {
      chain.write();
      const deprecated = warningHeaders(deprecationOf(info));
      if (requested.verb !== 'watch') {
        const read = requested.verb === 'get' ? yield* reader.get(request, requested, info) : yield* reader.list(request, requested, info);
        return read instanceof Refusal ? refused(request, read) : respond(request, 200, read, deprecated);
      }
      const watch = yield* reader.watch(request, requested, info);
      return watch instanceof Refusal ? refused(request, watch) : { ...respond(request, 200, null, deprecated), watch };
    }
    const call: Call = {
      info,
      subresource: requested.subresource,
      namespace: requested.namespace === requested.name && info.resource === 'namespaces' ? '' : requested.namespace,
      name: requested.name,
      user,
      dryRun: requested.query.dryRun === 'All',
      chain,
      warnings: deprecationOf(info),
      annotations: {},
    };
    const answered = yield* this.write(request, requested, call);
    chain.write();
    if (answered instanceof Refusal) return refused(request, answered);
    return respond(request, answered.code, answered.body, warningHeaders(call.warnings));
  }

  private *write(request: HttpRequest, requested: RequestInfo, call: Call): Task<Answered | Refusal> {
    const { writer, subresources } = this.parts;
    if (!isObjectItself(requested) || call.info.etcdPrefix === '') return yield* subresources.serve(request, requested, call);
    switch (requested.verb) {
      case 'create':
        return yield* writer.create(request, requested, call);
      case 'update':
        return yield* writer.update(request, requested, call);
      case 'patch':
        return yield* writer.patch(request, requested, call);
      case 'delete':
        return yield* writer.delete(request, requested, call);
      case 'deletecollection':
        return yield* writer.deleteCollection(request, requested, call);
      default:
        return refuse(genericResponse(405));
    }
  }

  private nonResource(request: HttpRequest, { path }: RequestInfo): Served {
    const { bootstrap } = this.parts;
    if (/^\/(healthz|livez|readyz)(\/|$)/.test(path)) {
      const { status, text } = bootstrap.health(path, request.path.includes('verbose'));
      return { response: { protocol: 'http', kind: 'response', status, headers: TEXT_HEADERS, body: text }, watch: null };
    }
    const found = discovery(path, request.headers);
    if (found === null) return pageNotFound();
    if (request.method !== 'GET') return respond(request, 405, METHOD_NOT_ALLOWED);
    return respond(request, 200, found.body, found.headers);
  }
}

/** These subresources are the object, of which only some members can be changed. */
const VIEWS = new Set(['', 'status', 'ephemeralcontainers', 'resize', 'approval', 'finalize']);
const isObjectItself = ({ subresource }: RequestInfo): boolean => VIEWS.has(subresource);

const METHOD_NOT_ALLOWED = genericResponse(405) as unknown as JsonObject;
const NOT_FOUND = genericResponse(404) as unknown as JsonObject;

/** Groups and resources that do not exist, and methods that a path does not have. */
function unservable(request: HttpRequest, { info, group, version, name, namespace, verb, subresource }: RequestInfo): Served | null {
  if (info === null)
    return discovery(group === '' ? `/api/${version}` : `/apis/${group}/${version}`, {}) === null
      ? pageNotFound()
      : respond(request, 404, NOT_FOUND);
  if (subresource !== '') {
    const sub = info.subresources.find((candidate) => candidate.name === subresource);
    if (sub === undefined) return respond(request, 404, NOT_FOUND);
    return sub.verbs.includes(verb) || sub.verbs.length === 0 ? null : respond(request, 405, METHOD_NOT_ALLOWED);
  }
  // ComponentStatus is asked of the components themselves, which we leave out.
  if (info.etcdPrefix === '' && (verb === 'get' || verb === 'list')) return respond(request, 404, NOT_FOUND);
  const onObject = name !== '' && verb !== 'list' && verb !== 'watch' && verb !== 'deletecollection';
  const wrongPlace =
    (verb === 'create' && name !== '' && info.resource !== 'namespaces') ||
    ((verb === 'update' || verb === 'patch') && name === '') ||
    (info.namespaced && namespace === '' && (onObject || verb === 'create' || verb === 'deletecollection'));
  return wrongPlace || !info.verbs.includes(verb) ? respond(request, 405, METHOD_NOT_ALLOWED) : null;
}

/** Kinds that clients are told to leave. */
const DEPRECATED: { readonly [groupResource: string]: string } = {
  '/endpoints': 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice',
  '/componentstatuses': 'v1 ComponentStatus is deprecated in v1.19+',
};
function deprecationOf({ group, resource }: ResourceInfo): string[] {
  const warning = DEPRECATED[`${group}/${resource}`];
  return warning === undefined ? [] : [warning];
}

function warningHeaders(warnings: readonly string[]): Headers {
  return warnings.length === 0 ? NO_HEADERS : { warning: [...new Set(warnings)].map((warning) => `299 - ${goQuote(warning)}`).join(', ') };
}
const NO_HEADERS: Headers = {};

const refused = (request: HttpRequest, refusal: Refusal): Served => respond(request, refusal.code, refusal.body, refusal.headers);

function respond(request: HttpRequest, status: number, body: Json, extra: Headers = NO_HEADERS): Served {
  const type = encodingOf(request.headers);
  const base = type === 'protobuf' ? PROTOBUF_HEADERS : type === 'yaml' ? YAML_HEADERS : JSON_HEADERS;
  const headers = extra === NO_HEADERS ? base : { ...base, ...extra };
  // A HEAD request is answered without a body; the type of methods leaves it out because no component sends one.
  const shown = (request.method as string) === 'HEAD' ? '' : type === 'yaml' && body !== null ? printYaml(body) : body;
  return { response: { protocol: 'http', kind: 'response', status, headers, body: shown }, watch: null };
}

const pageNotFound = (): Served => ({
  response: { protocol: 'http', kind: 'response', status: 404, headers: TEXT_HEADERS, body: '404 page not found\n' },
  watch: null,
});
