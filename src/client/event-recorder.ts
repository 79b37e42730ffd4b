// Kubernetes Events: told by components about objects, written one after another, repeated ones counted.
// Models k8s.io/client-go/tools/record (event.go, events_cache.go) and tools/events for the newer API
// group. Left out: aggregation of similar events beyond equal ones.
import { SECOND, type Seq } from '../base/brand';
import type { JsonObject } from '../base/json';
import { rfc3339, rfc3339Micro } from '../machinery/time';
import type { KubeObject } from '../machinery/types';
import type { Ctx } from '../sim/process';
import { suspend, type Task } from '../sim/task';
import type { ApiClient, ResourceRef } from './api-client';

const EVENTS: ResourceRef = { group: '', version: 'v1', resource: 'events' };
const NEW_EVENTS: ResourceRef = { group: 'events.k8s.io', version: 'v1', resource: 'events' };
const SPAM_BURST = 25; // per source and object, one more each 300 s
const SPAM_REFILL_US = 300 * SECOND;
const MAX_QUEUED = 1_000;

export type EventType = 'Normal' | 'Warning';
export interface EventSource {
  /** `deployment-controller`, `kubelet`, ... */
  readonly component: string;
  /** The node, for kubelet and kube-proxy. */
  readonly host?: string;
  /** Writes to events.k8s.io/v1 as the scheduler does. */
  readonly newApi?: boolean;
  readonly actor?: string;
}
interface Told {
  readonly regarding: JsonObject;
  readonly namespace: string;
  readonly type: EventType;
  readonly reason: string;
  readonly message: string;
  readonly action: string;
  readonly cause: Seq | null;
}

export class EventRecorder {
  private readonly queue: Told[] = [];
  private wake: ((value: undefined, cause?: Seq | null) => void) | null = null;
  private readonly written = new Map<string, { name: string; count: number; firstTimestamp: string }>();
  private readonly budgets = new Map<string, { left: number; atUs: number }>();
  private lastStampUs = -1;
  private sameStamp = 0;

  constructor(
    private readonly ctx: Ctx,
    private readonly client: ApiClient,
    private readonly source: EventSource,
  ) {
    ctx.spawn(this.writer(), source.actor ?? source.component);
  }

  /** Tells an Event about `object`. `fieldPath` as `spec.containers{nginx}`; `action` for the new API. */
  event(
    object: KubeObject,
    type: EventType,
    reason: string,
    message: string,
    options: { readonly fieldPath?: string; readonly action?: string } = {},
  ): void {
    const { name, namespace, uid, resourceVersion } = object.metadata;
    const regarding: JsonObject = {
      kind: object.kind,
      ...(namespace ? { namespace } : {}),
      name,
      ...(uid ? { uid } : {}),
      apiVersion: object.apiVersion,
      ...(resourceVersion ? { resourceVersion } : {}),
      ...(options.fieldPath === undefined ? {} : { fieldPath: options.fieldPath }),
    };
    if (this.queue.length >= MAX_QUEUED || this.isSpam(`${object.kind}/${namespace ?? ''}/${name}`)) return;
    this.queue.push({
      regarding,
      namespace: namespace || 'default',
      type,
      reason,
      message,
      action: options.action ?? '',
      cause: this.ctx.cause(),
    });
    const wake = this.wake;
    this.wake = null;
    wake?.(undefined);
  }

  private *writer(): Task<void> {
    for (;;) {
      const told = this.queue.shift();
      if (told === undefined) yield* suspend<undefined>((resume) => void (this.wake = resume));
      else {
        yield* suspend<undefined>((resume) => resume(undefined, told.cause));
        yield* this.write(told);
      }
    }
  }

  private *write(told: Told): Task<void> {
    const key = `${JSON.stringify(told.regarding)}/${told.type}/${told.reason}/${told.message}`;
    const known = this.written.get(key);
    const now = rfc3339(this.ctx.clock());
    if (known !== undefined && !this.source.newApi) {
      known.count++;
      const patch = { count: known.count, lastTimestamp: now, message: told.message };
      const reply = yield* this.client.patch(EVENTS, { namespace: told.namespace, name: known.name }, 'strategic', patch);
      if (reply.ok || reply.status !== 404) return;
    }
    const name = `${told.regarding.name as string}.${this.stamp()}`;
    this.written.set(key, { name, count: 1, firstTimestamp: now });
    if (this.source.newApi) yield* this.client.create(NEW_EVENTS, { namespace: told.namespace, name }, this.newEvent(told, name));
    else yield* this.client.create(EVENTS, { namespace: told.namespace, name }, this.oldEvent(told, name, now));
  }

  private oldEvent(told: Told, name: string, now: string): JsonObject {
    const { component, host } = this.source;
    return {
      kind: 'Event',
      apiVersion: 'v1',
      metadata: { name, namespace: told.namespace },
      involvedObject: told.regarding,
      reason: told.reason,
      message: told.message,
      source: { component, ...(host === undefined ? {} : { host }) },
      firstTimestamp: now,
      lastTimestamp: now,
      count: 1,
      type: told.type,
      eventTime: null,
      reportingComponent: component,
      reportingInstance: host ?? '',
    };
  }

  private newEvent(told: Told, name: string): JsonObject {
    return {
      kind: 'Event',
      apiVersion: 'events.k8s.io/v1',
      metadata: { name, namespace: told.namespace },
      eventTime: rfc3339Micro(this.ctx.clock()),
      reportingController: this.source.component,
      reportingInstance: `${this.source.component}-${this.source.host ?? 'control-plane'}`,
      action: told.action,
      reason: told.reason,
      regarding: told.regarding,
      ...(told.message === '' ? {} : { note: told.message }),
      type: told.type,
      deprecatedSource: {},
      deprecatedFirstTimestamp: null,
      deprecatedLastTimestamp: null,
    };
  }

  /** The time in nanoseconds as hex digits, as upstream names events; distinct within one microsecond. */
  private stamp(): string {
    const now = this.ctx.clock();
    this.sameStamp = now === this.lastStampUs ? this.sameStamp + 1 : 0;
    this.lastStampUs = now;
    const EPOCH_2026_US = 1_767_225_600_000_000n;
    return ((EPOCH_2026_US + BigInt(now)) * 1_000n + BigInt(this.sameStamp)).toString(16);
  }

  private isSpam(object: string): boolean {
    const now = this.ctx.now();
    const budget = this.budgets.get(object) ?? { left: SPAM_BURST, atUs: now };
    const left = Math.min(SPAM_BURST, budget.left + (now - budget.atUs) / SPAM_REFILL_US);
    this.budgets.set(object, { left: left < 1 ? left : left - 1, atUs: now });
    return left < 1;
  }
}
