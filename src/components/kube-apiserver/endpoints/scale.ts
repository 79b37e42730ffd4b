// The scale subresource: a view of an object's replicas. Models pkg/registry/apps/*/storage (ScaleREST) and
// autoscaling validation's ValidateScale.
import type { JsonObject } from '../../../base/json';
import { selectorOf, selectorText } from '../../../machinery/selector';
import { conflict, invalid } from '../../../machinery/status';
import type { LabelSelector } from '../../../machinery/types';
import { Findings } from '../../../machinery/validation/findings';
import { subdomainName, validateMeta } from '../../../machinery/validation/meta';
import type { Task } from '../../../sim/task';
import type { HttpRequest } from '../../../wire/payload';
import { Refusal, refuse } from '../refusal';
import { uidMismatch, withField, withMeta } from '../registry/meta';
import type { Call, Store } from '../registry/store';
import type { RequestInfo } from '../request-info';
import type { Versioned } from '../storage/versioner';
import { decodeBody, type Kind } from './decoding';
import { patcherOf } from './patching';
import type { Reader } from './read';
import { type Answered, checkOptions, nameProblem, readingOf } from './write';

const SCALE: Kind = { group: 'autoscaling', version: 'v1', kind: 'Scale' };

export function* serveScale(
  { store, reader }: { readonly store: Store; readonly reader: Reader },
  request: HttpRequest,
  { query, verb }: RequestInfo,
  call: Call,
): Task<Answered | Refusal> {
  const { info, namespace, name } = call;
  if (verb === 'get') {
    const object = yield* reader.object(info, namespace, name);
    return object instanceof Refusal ? object : { code: 200, body: scaleOf(object) };
  }
  const options = checkOptions(query, request.method === 'PUT' ? 'UpdateOptions' : 'PatchOptions');
  if (options !== null) return options;
  const reading = readingOf(query, call.warnings);
  const given = request.method === 'PUT' ? decodeBody(request, SCALE, reading) : patcherOf(request, SCALE, reading);
  if (given instanceof Refusal) return given;
  const updated = yield* store.update(call, (old) => {
    const wanted = typeof given === 'function' ? given(scaleOf(old) as Versioned) : given;
    if (wanted instanceof Refusal) return wanted;
    return nameProblem(wanted, name, namespace) ?? rescaled(call, old, wanted);
  });
  return updated instanceof Refusal ? updated : { code: 200, body: scaleOf(updated) };
}

function scaleOf(object: Versioned): JsonObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const spec = (object.spec ?? {}) as { readonly replicas?: number; readonly selector?: LabelSelector };
  const { replicas = 0 } = (object.status ?? {}) as { readonly replicas?: number };
  const selector =
    object.kind === 'ReplicationController'
      ? selectorOf({ matchLabels: (spec.selector ?? {}) as { [key: string]: string } })
      : selectorOf(spec.selector);
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, ...(namespace ? { namespace } : {}), uid, resourceVersion, creationTimestamp },
    spec: spec.replicas ? { replicas: spec.replicas } : {},
    status: { replicas, selector: selectorText(selector) },
  };
}

function rescaled({ info, name }: Call, old: Versioned, wanted: Versioned): Versioned | Refusal {
  const { replicas = 0 } = (wanted.spec ?? {}) as { readonly replicas?: number };
  const found = new Findings();
  validateMeta(found, wanted.metadata, true, subdomainName);
  if (replicas < 0) found.invalid('spec.replicas', replicas, 'must be greater than or equal to 0');
  if (found.errors.length > 0) return refuse(invalid(SCALE.group, SCALE.kind, name, found.errors));
  const { uid, resourceVersion = '' } = wanted.metadata;
  if (uid && uid !== old.metadata.uid)
    return refuse(conflict({ group: info.group, resource: `${info.resource}/scale` }, name, uidMismatch(uid, old)));
  return withField(withMeta(old, { resourceVersion }), 'spec', { ...(old.spec as JsonObject), replicas });
}
