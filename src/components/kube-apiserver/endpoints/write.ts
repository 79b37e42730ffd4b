// POST, PUT, PATCH and DELETE of objects: options, decoding, and what is answered.
// Models apiserver pkg/endpoints/handlers/{create,update,patch,delete}.go.
import { isObject, type JsonObject } from '../../../base/json';
import type { ResourceInfo } from '../../../machinery/resources';
import { badRequest, type FieldError, invalid, success } from '../../../machinery/status';
import type { Ctx } from '../../../sim/process';
import type { Task } from '../../../sim/task';
import type { HttpRequest } from '../../../wire/payload';
import { Refusal, refuse } from '../refusal';
import type { DeleteOptions } from '../registry/deletion';
import { fromStorage, toStorage } from '../registry/events';
import { namespaceProblem } from '../registry/meta';
import type { Call, Store, Transform } from '../registry/store';
import type { RequestInfo } from '../request-info';
import type { Versioned } from '../storage/versioner';
import { decodeBody } from './decoding';
import { FIELD_VALIDATIONS, fieldValidationOf, type Reading } from './field-validation';
import { formOf, includeOf, presented, presentedList } from './negotiation';
import { patcherOf } from './patching';
import { parseListRequest, type Reader } from './read';

export interface Answered {
  readonly code: number;
  readonly body: JsonObject;
}
export type OptionsKind = 'CreateOptions' | 'UpdateOptions' | 'PatchOptions' | 'DeleteOptions';

const MAX_MANAGER_BYTES = 128;

export class Writer {
  constructor(
    private readonly ctx: Ctx,
    private readonly store: Store,
    private readonly reader: Reader,
  ) {}

  *create(request: HttpRequest, { query, name }: RequestInfo, call: Call): Task<Answered | Refusal> {
    const { info } = call;
    const object = this.decoded(request, query, call);
    if (object instanceof Refusal) return object;
    if (object.metadata.name && name !== '' && object.metadata.name !== name)
      return refuse(badRequest('the name of the object does not match the name on the URL'));
    const created = yield* this.store.create(call, object);
    return created instanceof Refusal ? created : this.answer(request, query, info, 201, created);
  }

  /** PUT of the object or of its status. */
  *update(request: HttpRequest, { query }: RequestInfo, call: Call): Task<Answered | Refusal> {
    const { info, name, namespace } = call;
    const object = this.decoded(request, query, call);
    if (object instanceof Refusal) return object;
    const misplaced = namespaceProblem(info, namespace, object.metadata) ?? nameProblem(object, name, namespace);
    if (misplaced !== null) return misplaced;
    const { uid = '' } = object.metadata;
    const updated = yield* this.store.update(call, () => object, { uid });
    if (updated instanceof Refusal && this.mayCreate(call, object, updated)) return yield* this.createMissing(request, query, call, object);
    return updated instanceof Refusal ? updated : this.answer(request, query, info, 200, updated);
  }

  private mayCreate({ info, subresource }: Call, { metadata }: Versioned, refusal: Refusal): boolean {
    return (
      refusal.code === 404 &&
      subresource === '' &&
      this.store.createsOnUpdate.has(info.resource) &&
      !metadata.resourceVersion &&
      !metadata.uid
    );
  }

  private *createMissing(request: HttpRequest, query: RequestInfo['query'], call: Call, object: Versioned): Task<Answered | Refusal> {
    const created = yield* this.store.create(call, object);
    return created instanceof Refusal ? created : this.answer(request, query, call.info, 201, created);
  }

  *patch(request: HttpRequest, { query }: RequestInfo, call: Call): Task<Answered | Refusal> {
    const { info, name, namespace } = call;
    const options = checkOptions(query, 'PatchOptions');
    if (options !== null) return options;
    const patcher = patcherOf(request, info, readingOf(query, call.warnings));
    if (patcher instanceof Refusal) return patcher;
    const transform: Transform = (old) => {
      const next = patcher(fromStorage(info, old) as Versioned);
      return next instanceof Refusal ? next : (nameProblem(next, name, namespace) ?? toStorage(info, next));
    };
    const updated = yield* this.store.update(call, transform);
    return updated instanceof Refusal ? updated : this.answer(request, query, info, 200, updated);
  }

  *delete(request: HttpRequest, { query }: RequestInfo, call: Call): Task<Answered | Refusal> {
    const { info, name } = call;
    const options = deleteOptionsOf(request, query);
    if (options instanceof Refusal) return options;
    const deleted = yield* this.store.delete(call, options);
    if (deleted instanceof Refusal) return deleted;
    if (!deleted.gone || RETURNED_WHEN_GONE.has(info.resource)) return this.answer(request, query, info, 200, deleted.object);
    const { uid } = deleted.object.metadata;
    const details = {
      name,
      ...(info.group === '' ? {} : { group: info.group }),
      kind: info.resource,
      ...(uid === undefined ? {} : { uid }),
    };
    return { code: 200, body: success(details) as unknown as JsonObject };
  }

  *deleteCollection(request: HttpRequest, { query, namespace }: RequestInfo, call: Call): Task<Answered | Refusal> {
    const { info } = call;
    const options = deleteOptionsOf(request, query);
    if (options instanceof Refusal) return options;
    const parsed = parseListRequest(query, info);
    if (parsed instanceof Refusal) return parsed;
    call.chain.write();
    const page = yield* this.reader.page(info, namespace, parsed.options, parsed.predicate);
    if (page instanceof Refusal) return page;
    const { store } = this;
    const deletions = page.objects.map(function* ({ metadata }): Task<Versioned | Refusal> {
      const deleted = yield* store.delete({ ...call, name: metadata.name, namespace: metadata.namespace ?? '' }, options);
      return deleted instanceof Refusal ? deleted : deleted.object;
    });
    const results = yield* this.ctx.all(deletions);
    const objects: Versioned[] = [];
    for (const result of results) {
      if (!(result instanceof Refusal)) objects.push(result);
      else if (result.code !== 404) return result;
    }
    const form = formOf(request.headers);
    if (form instanceof Refusal) return form;
    return { code: 200, body: presentedList(info, objects, page.metadata, form, this.ctx.now(), includeOf(query.includeObject)) };
  }

  private decoded(request: HttpRequest, query: RequestInfo['query'], call: Call): Versioned | Refusal {
    const options = checkOptions(query, request.method === 'PUT' ? 'UpdateOptions' : 'CreateOptions');
    if (options !== null) return options;
    return decodeBody(request, call.info, readingOf(query, call.warnings));
  }

  private answer(
    request: HttpRequest,
    query: RequestInfo['query'],
    info: ResourceInfo,
    code: number,
    object: Versioned,
  ): Answered | Refusal {
    const form = formOf(request.headers);
    if (form instanceof Refusal) return form;
    return { code, body: presented(info, object, form, this.ctx.now(), includeOf(query.includeObject)) };
  }
}

/** Registries with ReturnDeletedObject: DELETE answers the object, not a Status. */
const RETURNED_WHEN_GONE = new Set([
  'pods',
  'services',
  'serviceaccounts',
  'persistentvolumes',
  'persistentvolumeclaims',
  'podtemplates',
  'resourcequotas',
  'storageclasses',
  'volumeattachments',
  'csinodes',
  'csidrivers',
  'resourceclaims',
  'resourceclaimtemplates',
  'resourceslices',
  'deviceclasses',
]);

/** The object must be the one that the URL names. */
export function nameProblem({ metadata }: Versioned, name: string, namespace: string): Refusal | null {
  if (!metadata.name) return refuse(badRequest(`the name of the object (${name} based on URL) was undeterminable: name must be provided`));
  if (metadata.name !== name)
    return refuse(badRequest(`the name of the object (${metadata.name}) does not match the name on the URL (${name})`));
  if (namespace === '' || !metadata.namespace || metadata.namespace === namespace) return null;
  return refuse(
    badRequest(`the namespace of the object (${metadata.namespace}) does not match the namespace on the request (${namespace})`),
  );
}

export const readingOf = (query: RequestInfo['query'], warnings: string[]): Reading => ({
  validation: fieldValidationOf(query.fieldValidation),
  warnings,
});

export function checkOptions(query: RequestInfo['query'], kind: OptionsKind): Refusal | null {
  const errors: FieldError[] = [];
  if (query.dryRun !== undefined && query.dryRun !== '' && query.dryRun !== 'All') {
    errors.push({ type: 'FieldValueNotSupported', field: 'dryRun', value: [query.dryRun], detail: 'supported values: "All"' });
  }
  if (query.fieldManager !== undefined && query.fieldManager.length > MAX_MANAGER_BYTES) {
    errors.push({ type: 'FieldValueTooLong', field: 'fieldManager', detail: `may not be more than ${MAX_MANAGER_BYTES} bytes` });
  }
  if (query.fieldValidation !== undefined && !FIELD_VALIDATIONS.includes(query.fieldValidation)) {
    errors.push({
      type: 'FieldValueNotSupported',
      field: 'fieldValidation',
      value: query.fieldValidation,
      detail: `supported values: ${FIELD_VALIDATIONS.map((value) => JSON.stringify(value)).join(', ')}`,
    });
  }
  return errors.length === 0 ? null : refuse(invalid('meta.k8s.io', kind, '', errors));
}

function deleteOptionsOf(request: HttpRequest, query: RequestInfo['query']): DeleteOptions | Refusal {
  const fromQuery: DeleteOptions = {
    ...(query.gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds: Number(query.gracePeriodSeconds) }),
    ...(query.propagationPolicy === undefined ? {} : { propagationPolicy: query.propagationPolicy }),
    ...(query.orphanDependents === undefined ? {} : { orphanDependents: query.orphanDependents === 'true' }),
  };
  const options = isObject(request.body) ? (request.body as DeleteOptions) : fromQuery;
  const errors: FieldError[] = [];
  const { propagationPolicy } = options;
  if (propagationPolicy !== undefined && !['Foreground', 'Background', 'Orphan'].includes(propagationPolicy)) {
    errors.push({
      type: 'FieldValueNotSupported',
      field: 'propagationPolicy',
      value: propagationPolicy,
      detail: 'supported values: "Foreground", "Background", "Orphan", "nil"',
    });
  }
  return errors.length === 0 ? options : refuse(invalid('meta.k8s.io', 'DeleteOptions', '', errors));
}
