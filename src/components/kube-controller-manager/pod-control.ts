// Creating and deleting pods for an owner, with the Events that tell of it; and what many controllers do alike:
// asking for many at once, slowly at first. Models kubernetes pkg/controller/controller_utils.go (RealPodControl) and
// pkg/controller/replicaset/replica_set.go (slowStartBatch).
import type { JsonObject } from '../../base/json';
import type { ApiClient } from '../../client/api-client';
import type { EventRecorder } from '../../client/event-recorder';
import type { KubeObject, Pod, PodTemplateSpec } from '../../machinery/types';
import type { Ctx } from '../../sim/process';
import type { Task } from '../../sim/task';
import { isNamespaceTerminating, whyNot } from './controller';
import { controllerRef } from './controller-ref';
import { PODS } from './refs';

/** The pod that a template and its owner make; the server chooses the end of its name. */
export function podFromTemplate(template: PodTemplateSpec, owner: KubeObject): JsonObject {
  const { labels, annotations, finalizers } = template.metadata ?? {};
  return {
    kind: 'Pod',
    apiVersion: 'v1',
    metadata: {
      generateName: podPrefix(owner.metadata.name),
      ...(labels === undefined ? {} : { labels }),
      ...(annotations === undefined ? {} : { annotations }),
      ...(finalizers === undefined ? {} : { finalizers }),
      ownerReferences: [controllerRef(owner) as unknown as JsonObject],
    },
    spec: template.spec as unknown as JsonObject,
    status: {},
  };
}

/** `NAME-`, or NAME itself where that would be too long for the label that some kinds copy it into. */
const podPrefix = (name: string): string => (name.length > 252 ? name : `${name}-`);

export type Created = 'created' | 'namespace-terminating' | { readonly why: string };

export class PodControl {
  constructor(
    private readonly api: ApiClient,
    private readonly events: EventRecorder,
    private readonly made: (pod: Pod) => void,
  ) {}

  *create(pod: JsonObject, owner: KubeObject): Task<Created> {
    const namespace = owner.metadata.namespace ?? '';
    const reply = yield* this.api.create<Pod>(PODS, { namespace, name: '' }, pod);
    if (reply.ok) {
      this.made(reply.body);
      this.events.event(owner, 'Normal', 'SuccessfulCreate', `Created pod: ${reply.body.metadata.name}`);
      return 'created';
    }
    if (isNamespaceTerminating(reply)) return 'namespace-terminating';
    const why = whyNot(reply);
    this.events.event(owner, 'Warning', 'FailedCreate', `Error creating: ${why}`);
    return { why };
  }

  /** Null if it is gone or on its way, else why it is not. */
  *delete(namespace: string, name: string, owner: KubeObject): Task<string | null> {
    const reply = yield* this.api.delete(PODS, { namespace, name }, { kind: 'DeleteOptions', apiVersion: 'v1' });
    if (reply.ok) {
      this.events.event(owner, 'Normal', 'SuccessfulDelete', `Deleted pod: ${name}`);
      return null;
    }
    if (reply.status === 404) return null;
    const why = whyNot(reply);
    this.events.event(owner, 'Warning', 'FailedDelete', `Error deleting: ${why}`);
    return why;
  }
}

/** How many of the next batch to try: 1, 2, 4, ... of what remains. */
export const nextBatch = (remaining: number, last: number | null, initial: number): number =>
  Math.min(remaining, last === null ? initial : 2 * last);

/** Runs `call` `count` times in batches that double as long as all of one succeed. `call` says why it failed, or
 *  null. Returns how many succeeded, how many were tried, and the first failure. */
export function* slowStartBatch(
  ctx: Ctx,
  count: number,
  initial: number,
  call: (index: number) => Task<string | null>,
): Task<{ readonly successes: number; readonly calls: number; readonly failed: string | null }> {
  let successes = 0;
  let calls = 0;
  for (let size = nextBatch(count, null, initial); size > 0; size = nextBatch(count - successes, size, initial)) {
    const results = yield* ctx.all(Array.from({ length: size }, (_, i) => call(calls + i)));
    calls += size;
    successes += results.filter((result) => result === null).length;
    const failed = results.find((result) => result !== null);
    if (failed !== undefined) return { successes, calls, failed };
  }
  return { successes, calls, failed: null };
}
