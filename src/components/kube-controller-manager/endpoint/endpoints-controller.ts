// Keeps the older Endpoints objects beside EndpointSlices.
// Models kubernetes pkg/controller/endpoint/endpoints_controller.go.
import { SECOND } from '../../../base/brand';
import { type Json, jsonEqual } from '../../../base/json';
import type { ApiClient } from '../../../client/api-client';
import { done, type Outcome, retry, runWorkers } from '../../../client/controller';
import type { EventRecorder } from '../../../client/event-recorder';
import { type Informer, keyOf } from '../../../client/informer';
import { WorkQueue } from '../../../client/work-queue';
import { splitKey } from '../../../machinery/object';
import type { Pod, Service, StringMap } from '../../../machinery/types';
import type { Interior } from '../../../sim/process';
import type { Task } from '../../../sim/task';
import { type Controller, isNamespaceTerminating, type Needs, whyNot } from '../controller';
import { rememberedPair } from '../endpointslice/remembered';
import { isServiceIpSet, podsOf, TriggerTimes, watchMembers } from '../endpointslice/service-members';
import { compute } from '../pace';
import { ENDPOINTS, PODS, SERVICES } from '../refs';
import { type EndpointSubset, type Endpoints, subsetsOf, truncated } from './subsets';

const ACTOR = 'endpoint-controller';
const WORKERS = 5; // --concurrent-endpoint-syncs
const MAX_RETRIES = 15;
const FIRST_RETRY_US = SECOND;
const TRIGGER_TIME = 'endpoints.kubernetes.io/last-change-trigger-time';
const OVER_CAPACITY = 'endpoints.kubernetes.io/over-capacity';
const MANAGED_BY = 'endpoints.kubernetes.io/managed-by';
const HEADLESS = 'service.kubernetes.io/headless';

export class EndpointsController implements Controller {
  private readonly api: ApiClient;
  private readonly events: EventRecorder;
  private readonly services: Informer<Service>;
  private readonly pods: Informer<Pod>;
  private readonly endpoints: Informer<Endpoints>;
  private readonly queue: WorkQueue;
  private readonly triggerTimes = new TriggerTimes();
  /** Versions that were overwritten: a copy that still holds one is behind. */
  private readonly stale = new Map<string, string>();

  constructor(private readonly needs: Needs) {
    this.api = needs.client(ACTOR);
    this.events = needs.recorder(ACTOR);
    this.queue = new WorkQueue(needs.ctx, 'endpoint', { firstRetryUs: FIRST_RETRY_US });
    this.services = needs.informers.of<Service>(SERVICES);
    this.pods = needs.informers.of<Pod>(PODS);
    this.endpoints = needs.informers.of<Endpoints>(ENDPOINTS);
    watchMembers(this.services, this.pods, this.queue);
    this.endpoints.addHandler({ delete: (endpoints) => this.queue.add(keyOf(endpoints)) });
  }

  start(): void {
    // Endpoints whose Service went while nobody looked.
    for (const endpoints of this.endpoints.list()) this.queue.add(keyOf(endpoints));
    runWorkers(this.needs.ctx, this.queue, (key) => this.sync(key), { workers: WORKERS, actor: ACTOR, maxRetries: MAX_RETRIES });
  }
  inspect(): Interior {
    return this.queue.inspect();
  }

  private *sync(key: string): Task<Outcome> {
    const service = this.services.get(key);
    if (service === undefined) return yield* this.remove(key);
    const { type, selector } = service.spec;
    if (type === 'ExternalName' || !selector) return done({ found: 'no selector' });
    const pods = podsOf(this.pods, service);
    const triggerTime = this.triggerTimes.next(service, pods);
    const subsets = subsetsOf(service, pods);
    const current = this.endpoints.get(key);
    const version = current?.metadata.resourceVersion ?? '';
    if (current !== undefined && this.stale.get(key) === version)
      return retry(`endpoints informer cache is out of date, resource version ${version} already processed for endpoints ${key}`);
    const labels = labelsOf(service);
    const cut = truncated(subsets);
    const annotations = annotationsOf(current, triggerTime, cut !== null);
    if (
      current !== undefined &&
      isSame(current, subsets) &&
      jsonEqual(current.metadata.labels ?? {}, labels) &&
      current.metadata.annotations?.[OVER_CAPACITY] === annotations[OVER_CAPACITY]
    )
      return done({ pods: pods.length });
    const wanted = { ...endpointsFor(service, current, labels, annotations), ...(subsets.length > 0 ? { subsets: cut ?? subsets } : {}) };
    return yield* this.write(key, service, current, wanted);
  }

  private *remove(key: string): Task<Outcome> {
    this.triggerTimes.forget(key);
    this.stale.delete(key);
    const reply = yield* this.api.delete(ENDPOINTS, splitKey(key));
    return reply.ok || reply.status === 404 ? done({ found: 'nothing', removed: reply.ok }) : retry(whyNot(reply));
  }

  private *write(key: string, service: Service, current: Endpoints | undefined, wanted: Endpoints): Task<Outcome> {
    // What changes from here on is for the next time.
    yield* compute(this.needs.ctx, `endpoint/${key}`);
    const created = current === undefined;
    const { namespace = '', name } = service.metadata;
    const reply = created
      ? yield* this.api.create<Endpoints>(ENDPOINTS, { namespace, name }, wanted)
      : yield* this.api.update<Endpoints>(ENDPOINTS, wanted);
    if (reply.ok) {
      const { resourceVersion } = reply.body.metadata;
      const before = current?.metadata.resourceVersion;
      if (before !== undefined && before !== resourceVersion) this.stale.set(key, before);
      return done({ written: true });
    }
    if (created && isNamespaceTerminating(reply)) return done({ written: false });
    const why = whyNot(reply);
    if (created) this.events.event(wanted, 'Warning', 'FailedToCreateEndpoint', `Failed to create endpoint for service ${key}: ${why}`);
    else this.events.event(wanted, 'Warning', 'FailedToUpdateEndpoint', `Failed to update endpoint ${key}: ${why}`);
    return retry(why);
  }
}

const isSame = rememberedPair((current: Endpoints, subsets: readonly EndpointSubset[]) =>
  jsonEqual((current.subsets ?? []) as Json, subsets as Json),
);

const labelsOf = (service: Service): StringMap => {
  const { [HEADLESS]: _, ...labels } = service.metadata.labels ?? {};
  return { ...labels, [MANAGED_BY]: ACTOR, ...(isServiceIpSet(service) ? {} : { [HEADLESS]: '' }) };
};

function annotationsOf(current: Endpoints | undefined, triggerTime: string | null, over: boolean): StringMap {
  const { [TRIGGER_TIME]: _, [OVER_CAPACITY]: __, ...others } = current?.metadata.annotations ?? {};
  return {
    ...others,
    ...(triggerTime === null ? {} : { [TRIGGER_TIME]: triggerTime }),
    ...(over ? { [OVER_CAPACITY]: 'truncated' } : {}),
  };
}

/** Without its subsets. A new object names no namespace: its path does. */
function endpointsFor(service: Service, current: Endpoints | undefined, labels: StringMap, annotations: StringMap): Endpoints {
  const { annotations: _, ...known } = current?.metadata ?? { name: service.metadata.name };
  const metadata = { ...known, labels, ...(Object.keys(annotations).length === 0 ? {} : { annotations }) };
  return { kind: 'Endpoints', apiVersion: 'v1', metadata };
}
