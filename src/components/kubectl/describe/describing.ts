// What a describer asks the server for besides the object: lists in pages, single objects, events.
// Models kubectl pkg/describe: searchEvents, getPodsInChunks, DescribeEvents.
import type { JsonObject } from '../../../base/json';
import { metaOf } from '../../../machinery/object';
import { findKind, type ResourceInfo, resourcePath } from '../../../machinery/resources';
import { type LabelSelector, selectorOf, selectorText } from '../../../machinery/selector';
import { parseTime } from '../../../machinery/time';
import type { EventObject, Pod } from '../../../machinery/types';
import type { Task } from '../../../sim/task';
import { CommandError, fail } from '../errors';
import { intervalText } from '../events';
import { type Query, TYPED } from '../http';
import { goSorted } from '../print/go-sort';
import type { Session } from '../session';
import { Description } from './description';

/** The description of an object of one kind. */
export type Describer = (describing: Describing, object: JsonObject) => Task<Description>;

export class Describing {
  constructor(
    readonly session: Session,
    readonly mapping: ResourceInfo,
    private readonly showEvents: boolean,
  ) {}

  begin(): Description {
    return new Description(this.session.http.ctx.now());
  }

  private get limit(): number {
    return this.session.flags.int('chunk-size', 500);
  }

  /** All items, page by page. */
  *list<T extends object = JsonObject>(apiVersion: string, kind: string, namespace: string | null, query: Query = {}): Task<T[]> {
    const items: T[] = [];
    let page: string | undefined;
    do {
      const list = yield* this.session.http.get(pathOf(apiVersion, kind, namespace), TYPED, {
        limit: this.limit,
        continue: page,
        ...query,
      });
      items.push(...((list['items'] ?? []) as unknown as readonly T[]));
      page = (list['metadata'] as { readonly continue?: string } | undefined)?.continue;
    } while (page);
    return items;
  }

  /** One object; a refusal is a value. */
  *get(apiVersion: string, kind: string, namespace: string | null, name: string): Task<JsonObject | CommandError> {
    try {
      return yield* this.session.http.get(pathOf(apiVersion, kind, namespace, name), TYPED);
    } catch (error) {
      if (error instanceof CommandError) return error;
      throw error;
    }
  }

  /** Events about an object, null if they are not to be shown; none if the server refuses. */
  *events(object: JsonObject, about: { readonly kind?: string; readonly uid?: string } = {}): Task<EventObject[] | null> {
    if (!this.showEvents) return null;
    const { name = '', namespace = '', uid = '' } = metaOf(object);
    const terms = { kind: this.mapping.kind, uid, ...about };
    const fieldSelector = [
      ...(terms.kind === '' ? [] : [`involvedObject.kind=${terms.kind}`]),
      `involvedObject.name=${name}`,
      `involvedObject.namespace=${namespace}`,
      ...(terms.uid === '' ? [] : [`involvedObject.uid=${terms.uid}`]),
    ].join(',');
    try {
      return yield* this.list<EventObject>('v1', 'Event', namespace || null, { fieldSelector });
    } catch (error) {
      if (error instanceof CommandError) return [];
      throw error;
    }
  }

  /** How many pods of a controller are in which phase; the error if they cannot be listed. */
  *podPhases(object: JsonObject, selector: LabelSelector): Task<string> {
    const labelSelector = selectorText(selectorOf(selector));
    const pods = yield* this.list<Pod>('v1', 'Pod', metaOf(object).namespace ?? '', { labelSelector });
    const own = pods.filter((pod) => metaOf(pod).ownerReferences?.some((owner) => owner.controller && owner.uid === metaOf(object).uid));
    const count = (phase: string): number => own.filter((pod) => pod.status?.phase === phase).length;
    return `${count('Running')} Running / ${count('Pending')} Waiting / ${count('Succeeded')} Succeeded / ${count('Failed')} Failed`;
  }

  /** The last part of most descriptions. */
  describeEvents(w: Description, events: readonly EventObject[] | null): void {
    if (events === null) return;
    if (events.length === 0) return w.line(0, 'Events:', '<none>');
    w.beginColumns();
    w.line(0, 'Events:');
    w.line(1, 'Type', 'Reason', 'Age', 'From', 'Message');
    w.line(1, '----', '------', '----', '----', '-------');
    const now = this.session.http.ctx.now();
    for (const event of goSorted(events, (a, b) => lastSeen(a) < lastSeen(b))) {
      const from = (event.source?.['component'] as string | undefined) || (event.reportingComponent ?? '');
      const place = event.involvedObject['fieldPath'];
      const message = (event.message ?? '').trim();
      w.line(
        1,
        event.type ?? '',
        event.reason ?? '',
        intervalText(event as unknown as JsonObject, now),
        from,
        place ? `${String(place)}: ${message}` : message,
      );
    }
  }
}

const lastSeen = ({ lastTimestamp }: EventObject): number => (lastTimestamp ? (parseTime(lastTimestamp) ?? 0) : Number.MIN_SAFE_INTEGER);

function pathOf(apiVersion: string, kind: string, namespace: string | null, name: string | null = null): string {
  const mapping = findKind(apiVersion, kind);
  if (mapping === null) throw fail(`no matches for kind "${kind}" in version "${apiVersion}"`);
  return resourcePath(mapping, namespace, name);
}
