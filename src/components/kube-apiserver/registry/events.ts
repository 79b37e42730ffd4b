// Events are served in two groups and stored in one form, that of the core group.
// Models pkg/apis/events/v1/conversion.go.
import type { Json, JsonObject } from '../../../base/json';
import type { ResourceInfo } from '../../../machinery/resources';
import type { Versioned } from '../storage/versioner';

const FIELDS: readonly (readonly [events: string, core: string])[] = [
  ['regarding', 'involvedObject'],
  ['note', 'message'],
  ['reportingController', 'reportingComponent'],
  ['reportingInstance', 'reportingInstance'],
  ['deprecatedSource', 'source'],
  ['deprecatedFirstTimestamp', 'firstTimestamp'],
  ['deprecatedLastTimestamp', 'lastTimestamp'],
  ['deprecatedCount', 'count'],
];
const TO_CORE = new Map(FIELDS);
const NOTHING: ReadonlyMap<string, string> = new Map();
const FROM_CORE = new Map(FIELDS.map(([events, core]) => [core, events]));
/** Members without omitempty: they are always there. */
const CORE_DEFAULTS: JsonObject = {
  involvedObject: {},
  source: {},
  firstTimestamp: null,
  lastTimestamp: null,
  eventTime: null,
  reportingComponent: '',
  reportingInstance: '',
};

const isEventsGroup = (info: ResourceInfo): boolean => info.group === 'events.k8s.io' && info.resource === 'events';

/** The form in etcd. */
export function toStorage(info: ResourceInfo, object: Versioned): Versioned {
  if (info.resource !== 'events') return object;
  return renamed(object, isEventsGroup(info) ? TO_CORE : NOTHING, 'v1', CORE_DEFAULTS);
}

const converted = new WeakMap<object, Versioned>();

/** The form of the group that was asked. */
export function fromStorage(info: ResourceInfo, object: Versioned): Versioned {
  if (!isEventsGroup(info)) return object;
  let known = converted.get(object);
  if (known === undefined) converted.set(object, (known = renamed(object, FROM_CORE, 'events.k8s.io/v1', {})));
  return known;
}

function renamed(object: Versioned, names: ReadonlyMap<string, string>, apiVersion: string, defaults: JsonObject): Versioned {
  const next: { [field: string]: Json | undefined } = { apiVersion };
  for (const field in object) if (field !== 'apiVersion') next[names.get(field) ?? field] = object[field];
  for (const field in defaults) if (next[field] === undefined) next[field] = defaults[field];
  return next as Versioned;
}
