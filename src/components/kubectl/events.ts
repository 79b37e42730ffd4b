// kubectl events. Models kubectl pkg/cmd/events.

import type { SimTime } from '../../base/brand';
import type { JsonObject } from '../../base/json';
import { humanDuration } from '../../machinery/duration';
import { metaOf } from '../../machinery/object';
import { findKind, type ResourceInfo, resourcePath } from '../../machinery/resources';
import { parseTime } from '../../machinery/time';
import type { Task } from '../../sim/task';
import { itemsOf } from './builder';
import { resolve } from './discovery';
import { ApiError, CommandError, fail } from './errors';
import { TYPED } from './http';
import { columnsText } from './print/columns';
import { goSorted } from './print/go-sort';
import { objectPrinter } from './print/output';
import { type Command, namespaceOf, type Session } from './session';

export const events: Command = {
  flags: 'A/all-namespaces:bool w/watch:bool for types:list no-headers:bool o/output chunk-size:int template show-managed-fields:bool',
  run: runEvents,
};

function* runEvents(session: Session): Task<void> {
  const { flags } = session;
  const mapping = findKind('v1', 'Event');
  if (mapping === null) return;
  const namespace = flags.bool('all-namespaces') ? null : namespaceOf(session);
  const fieldSelector = yield* forSelector(session);
  const list = yield* session.http.get(resourcePath(mapping, namespace), TYPED, { fieldSelector, limit: flags.int('chunk-size', 500) });
  const types = flags.list('types').map((type) => type.toLowerCase());
  const wanted = itemsOf(list, mapping).filter((event) => types.length === 0 || types.includes(String(event['type']).toLowerCase()));
  const found = goSorted(wanted, (a, b) => lastTime(a) < lastTime(b));
  const printer = objectPrinter(session, ['json', 'yaml', 'kyaml']);
  const widths: number[] = [];
  if (found.length === 0 && !flags.bool('watch')) {
    session.err(namespace === null ? 'No events found.\n' : `No events found in ${namespace} namespace.\n`);
    return;
  }
  if (printer !== null)
    session.out(printer({ apiVersion: 'v1', items: found, kind: 'EventList', metadata: (list['metadata'] ?? {}) as JsonObject }));
  else session.out(eventsText(session, found, !flags.bool('no-headers'), widths));
  if (flags.bool('watch')) yield* watch(session, mapping, namespace, fieldSelector, list, types, widths);
}

function* watch(
  session: Session,
  mapping: ResourceInfo,
  namespace: string | null,
  fieldSelector: string,
  list: JsonObject,
  types: readonly string[],
  widths: number[],
): Task<void> {
  const watcher = session.http.watch(resourcePath(mapping, namespace), TYPED, {
    fieldSelector,
    resourceVersion: metaOf(list).resourceVersion,
  });
  for (;;) {
    const item = yield* watcher.next();
    if (item.type === 'refused') throw item.error;
    if (item.type !== 'event') break;
    const { type, object } = item.event;
    if (type === 'ERROR') throw new ApiError(object as never);
    if (type === 'DELETED' || type === 'BOOKMARK') continue;
    if (types.length === 0 || types.includes(String(object['type']).toLowerCase()))
      session.out(eventsText(session, [object], false, widths));
  }
  watcher.close();
  if (session.http.interrupted) throw new CommandError('', 1);
}

function* forSelector(session: Session): Task<string> {
  const text = session.flags.text('for');
  if (text === '') return '';
  const [type = '', name] = text.split('/');
  if (name === undefined) throw fail(`--for must be in resource/name form`);
  const { group, version, kind } = yield* resolve(session, type);
  const apiVersion = group === '' ? version : `${group}/${version}`;
  return [`involvedObject.apiVersion=${apiVersion}`, `involvedObject.kind=${kind}`, `involvedObject.name=${name}`].join(',');
}

const timeOf = (text: unknown): SimTime | null => (typeof text === 'string' ? parseTime(text) : null);

function lastTime(event: JsonObject): number {
  const series = event['series'] as JsonObject | undefined;
  return timeOf(series?.['lastObservedTime']) ?? timeOf(event['lastTimestamp']) ?? timeOf(event['eventTime']) ?? Number.MIN_SAFE_INTEGER;
}

function eventsText(session: Session, list: readonly JsonObject[], headers: boolean, widths: number[]): string {
  const now = session.http.ctx.now();
  const everywhere = session.flags.bool('all-namespaces');
  const lines = list.map((event) => {
    const involved = (event['involvedObject'] ?? {}) as JsonObject;
    return [
      ...(everywhere ? [metaOf(event).namespace ?? ''] : []),
      intervalText(event, now),
      String(event['type'] ?? ''),
      String(event['reason'] ?? ''),
      `${String(involved['kind'])}/${String(involved['name'])}`,
      String(event['message'] ?? '').trim(),
    ];
  });
  const head = [...(everywhere ? ['NAMESPACE'] : []), 'LAST SEEN', 'TYPE', 'REASON', 'OBJECT', 'MESSAGE'];
  return columnsText(headers ? [head, ...lines] : lines, widths);
}

/** `5s`, or `5s (x3 over 10s)` for what happened several times. */
export function intervalText(event: JsonObject, now: SimTime): string {
  const since = (time: unknown): string => {
    const at = timeOf(time);
    return at === null ? '<unknown>' : humanDuration(now - at);
  };
  const first = since(event['eventTime'] ?? event['firstTimestamp']);
  const series = event['series'] as JsonObject | undefined;
  if (series) return `${since(series['lastObservedTime'])} (x${String(series['count'])} over ${first})`;
  return Number(event['count'] ?? 0) > 1 ? `${since(event['lastTimestamp'])} (x${String(event['count'])} over ${first})` : first;
}
