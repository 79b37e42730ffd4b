// Keeps EndpointSlices of the pods that Services select.
// Models kubernetes pkg/controller/endpointslice/endpointslice_controller.go. Left out: topology hints.
import { SECOND } from '../../../base/brand';
import type { JsonObject } from '../../../base/json';
import type { ApiClient } from '../../../client/api-client';
import { done, type Outcome, retry, runWorkers } from '../../../client/controller';
import type { EventRecorder } from '../../../client/event-recorder';
import type { Informer } from '../../../client/informer';
import { WorkQueue } from '../../../client/work-queue';
import type { EndpointSlice, Node, Pod, Service } from '../../../machinery/types';
import type { Interior } from '../../../sim/process';
import type { Task } from '../../../sim/task';
import { type Controller, isNamespaceTerminating, type Needs, whyNot } from '../controller';
import { compute } from '../pace';
import { ENDPOINT_SLICES, NODES, PODS, SERVICES } from '../refs';
import { isManaged, reconcile, type SliceChanges, serviceKeyOf } from './reconciler';
import { podsOf, TriggerTimes, watchMembers } from './service-members';
import { SliceTracker } from './slice-tracker';

const ACTOR = 'endpointslice-controller';
const WORKERS = 5; // --concurrent-service-endpoint-syncs
const MAX_RETRIES = 15;
const MAX_ENDPOINTS = 100; // --max-endpoints-per-slice
const FIRST_RETRY_US = SECOND;
const SLICE_CHANGE_DELAY_US = SECOND; // endpointSliceChangeMinSyncDelay
const TRIGGER_TIME = 'endpoints.kubernetes.io/last-change-trigger-time';

export class EndpointSliceController implements Controller {
  private readonly api: ApiClient;
  private readonly events: EventRecorder;
  private readonly services: Informer<Service>;
  private readonly pods: Informer<Pod>;
  private readonly slices: Informer<EndpointSlice>;
  private readonly nodes: Informer<Node>;
  private readonly queue: WorkQueue;
  private readonly tracker = new SliceTracker();
  private readonly triggerTimes = new TriggerTimes();

  constructor(private readonly needs: Needs) {
    this.api = needs.client(ACTOR);
    this.events = needs.recorder(ACTOR, 'endpoint-slice-controller');
    this.queue = new WorkQueue(needs.ctx, 'endpoint_slice', { firstRetryUs: FIRST_RETRY_US });
    this.services = needs.informers.of<Service>(SERVICES);
    this.pods = needs.informers.of<Pod>(PODS);
    this.slices = needs.informers.of<EndpointSlice>(ENDPOINT_SLICES);
    this.nodes = needs.informers.of<Node>(NODES);
    watchMembers(this.services, this.pods, this.queue);
    this.slices.addHandler({
      add: (slice) => this.sliceSeen(slice),
      update: (slice, old) => this.sliceChanged(slice, old),
      delete: (slice) => this.sliceDeleted(slice),
    });
  }

  start(): void {
    runWorkers(this.needs.ctx, this.queue, (key) => this.sync(key), { workers: WORKERS, actor: ACTOR, maxRetries: MAX_RETRIES });
  }
  inspect(): Interior {
    return this.queue.inspect();
  }

  // ---- Watch -> key

  private sliceSeen(slice: EndpointSlice): void {
    const key = serviceKeyOf(slice);
    if (key !== null && isManaged(slice) && this.tracker.shouldSync(key, slice)) this.later(slice);
  }

  private sliceChanged(slice: EndpointSlice, old: EndpointSlice): void {
    if (serviceKeyOf(slice) !== serviceKeyOf(old)) {
      this.later(slice);
      this.later(old);
    } else if (isManaged(slice) !== isManaged(old)) this.later(slice);
    else this.sliceSeen(slice);
  }

  private sliceDeleted(slice: EndpointSlice): void {
    const key = serviceKeyOf(slice);
    if (key !== null && isManaged(slice) && this.tracker.has(key, slice) && !this.tracker.deleted(key, slice)) this.later(slice);
  }

  private later(slice: EndpointSlice): void {
    const key = serviceKeyOf(slice);
    if (key !== null) this.queue.addAfter(key, SLICE_CHANGE_DELAY_US);
  }

  // ---- Key -> calls

  private *sync(key: string): Task<Outcome> {
    const service = this.services.get(key);
    if (service === undefined) {
      this.triggerTimes.forget(key);
      this.tracker.forget(key);
      return done({ found: 'nothing' });
    }
    const { type, selector } = service.spec;
    if (type === 'ExternalName' || !selector) return done({ found: 'no selector' });
    const pods = podsOf(this.pods, service);
    const slices = this.slices.byIndex('service', key).filter((slice) => isManaged(slice) && !slice.metadata.deletionTimestamp);
    if (this.tracker.isStale(key, slices)) return retry('EndpointSlice informer cache is out of date');
    const triggerTime = this.triggerTimes.next(service, pods);
    const changes = reconcile(service, pods, slices, (name) => this.nodes.get(name), MAX_ENDPOINTS);
    const detail = {
      pods: pods.length,
      create: changes.create.length,
      update: changes.update.length,
      remove: changes.remove.length,
    };
    // What changes from here on is for the next time.
    if (detail.create + detail.update + detail.remove > 0) yield* compute(this.needs.ctx, `endpointslice/${key}`);
    const refused = yield* this.write(key, service, changes, triggerTime);
    if (refused === null) return done(detail);
    const message = `Error updating Endpoint Slices for Service ${key}: ${refused}`;
    this.events.event(service, 'Warning', 'FailedToUpdateEndpointSlices', message);
    return { ...retry(refused), detail };
  }

  /** Null if all was written. */
  private *write(
    key: string,
    service: Service,
    { create, update, remove, skipped }: SliceChanges,
    time: string | null,
  ): Task<string | null> {
    const { namespace = '', deletionTimestamp } = service.metadata;
    for (const slice of deletionTimestamp ? [] : create) {
      const { name, ...metadata } = withTriggerTime(slice, time).metadata;
      const reply = yield* this.api.create<EndpointSlice>(ENDPOINT_SLICES, { namespace, name }, {
        ...slice,
        metadata,
      } as unknown as JsonObject);
      if (isNamespaceTerminating(reply)) return null;
      if (!reply.ok) return `failed to create EndpointSlice for Service ${key}: ${whyNot(reply)}`;
      this.tracker.written(key, reply.body);
    }
    for (const slice of update) {
      const reply = yield* this.api.update<EndpointSlice>(ENDPOINT_SLICES, withTriggerTime(slice, time));
      if (!reply.ok) return `failed to update ${slice.metadata.name} EndpointSlice for Service ${key}: ${whyNot(reply)}`;
      this.tracker.written(key, reply.body);
    }
    for (const slice of remove) {
      const reply = yield* this.api.delete(ENDPOINT_SLICES, { namespace, name: slice.metadata.name });
      if (!reply.ok && reply.status !== 404)
        return `failed to delete ${slice.metadata.name} EndpointSlice for Service ${key}: ${whyNot(reply)}`;
      if (reply.ok) this.tracker.expectDeletion(key, slice);
    }
    const [pod] = skipped;
    return pod === undefined
      ? null
      : `skipping Pod ${pod} for Service ${key}: Node ${this.pods.get(`${namespace}/${pod}`)?.spec.nodeName ?? ''} Not Found`;
  }
}

/** The slice with the time of the change that it answers, or without one. */
export function withTriggerTime(slice: EndpointSlice, time: string | null): EndpointSlice {
  const { annotations: { [TRIGGER_TIME]: _, ...others } = {}, ...metadata } = slice.metadata;
  const annotations = time === null ? others : { ...others, [TRIGGER_TIME]: time };
  return { ...slice, metadata: { ...metadata, ...(Object.keys(annotations).length === 0 ? {} : { annotations }) } };
}
