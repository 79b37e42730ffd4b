// Binding a pod to a node, as the scheduler asks for. Models pkg/registry/core/pod/storage/storage.go (BindingREST).
import type { JsonObject } from '../../../base/json';
import { badRequest, conflict, fieldErrorText, plainError } from '../../../machinery/status';
import type { Pod, StringMap } from '../../../machinery/types';
import { Findings } from '../../../machinery/validation/findings';
import { validateBinding } from '../../../machinery/validation/pod';
import type { Ctx } from '../../../sim/process';
import type { Task } from '../../../sim/task';
import type { HttpRequest } from '../../../wire/payload';
import type { Lookups } from '../lookups';
import { Refusal, refuse } from '../refusal';
import { withPodCondition } from '../registry/conditions';
import { withMeta } from '../registry/meta';
import type { Call, Store } from '../registry/store';
import type { RequestInfo } from '../request-info';
import type { Versioned } from '../storage/versioner';
import { decodeBody, type Kind } from './decoding';
import { type Answered, readingOf } from './write';

const BINDING: Kind = { group: '', version: 'v1', kind: 'Binding' };
const TARGET = { group: '', resource: 'pods/binding' };
const CREATED: JsonObject = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 };

/** POST of a binding, to the pod's subresource or (an older way) to `bindings`. */
export function* bind(
  { ctx, store, lookups }: { readonly ctx: Ctx; readonly store: Store; readonly lookups: Lookups },
  request: HttpRequest,
  { query }: RequestInfo,
  call: Call,
): Task<Answered | Refusal> {
  const binding = decodeBody(request, BINDING, readingOf(query, call.warnings));
  if (binding instanceof Refusal) return binding;
  const { name, uid = '', resourceVersion = '', annotations } = binding.metadata;
  if (call.name !== '' && name !== call.name) return refuse(badRequest('name in URL does not match name in Binding object'));
  const found = new Findings();
  validateBinding(found, binding);
  if (found.errors.length > 0) return refuse(plainError(found.errors.map(fieldErrorText).join(', ')));
  const { name: node } = binding.target as { readonly name: string };
  const updated = yield* store.update(
    { ...call, name, subresource: 'binding', info: lookups.resource('', 'pods') },
    (pod) => bound(pod, node, annotations ?? {}, ctx),
    { uid, resourceVersion },
  );
  return updated instanceof Refusal ? updated : { code: 201, body: CREATED };
}

function bound(object: Versioned, node: string, annotations: StringMap, ctx: Ctx): Versioned | Refusal {
  const { metadata, spec } = object as unknown as Pod;
  const { name } = metadata;
  const no = (why: string): Refusal => refuse(conflict(TARGET, name, `pod ${name} ${why}`));
  if (metadata.deletionTimestamp !== undefined) return no('is being deleted, cannot be assigned to a host');
  if (spec.nodeName) return no(`is already assigned to node "${spec.nodeName}"`);
  if ((spec.schedulingGates?.length ?? 0) > 0) return no('has non-empty .spec.schedulingGates');
  const annotated =
    Object.keys(annotations).length === 0 ? object : withMeta(object, { annotations: { ...metadata.annotations, ...annotations } });
  const placed = { ...annotated, spec: { ...(object.spec as JsonObject), nodeName: node } };
  return withPodCondition(placed, { type: 'PodScheduled', status: 'True' }, ctx.now());
}
