// Events of both groups, in the stored form. Models core validation's events.go.
import type { JsonObject } from '../../base/json';
import { dns1123Subdomain, qualifiedName } from '../names';
import type { EventObject } from '../types';
import type { Findings } from './findings';
import { subdomainName, validateImmutable, validateMeta, validateMetaUpdate } from './meta';

const MAX_NAME = 128;
const MAX_MESSAGE = 1_024;

/** `legacy`: asked for in the core group. */
export function validateEvent(found: Findings, event: EventObject, legacy: boolean): void {
  if (event.eventTime) validateNew(found, event, legacy ? 'reportingComponent' : 'reportingController');
  else agreesWithNamespace(found, event);
  const { namespace = '' } = event.metadata;
  found.complaints('namespace', namespace, dns1123Subdomain(namespace));
  if (legacy) return;
  validateMeta(found, event.metadata, true, subdomainName);
  if (!event.eventTime) found.required('eventTime');
  if (event.type !== 'Normal' && event.type !== 'Warning') found.invalid('type', '', `has invalid value: ${event.type ?? ''}`);
  for (const [field, set] of [
    ['firstTimestamp', event.firstTimestamp],
    ['lastTimestamp', event.lastTimestamp],
    ['count', event.count],
    ['source', event.source?.component || event.source?.host],
  ] as const)
    if (set) found.invalid(field, '', 'needs to be unset');
}

/** An event is kept where its object is; those of objects without a namespace in `default`. */
function agreesWithNamespace(found: Findings, { metadata, involvedObject }: EventObject): void {
  const about = text(involvedObject.namespace);
  const own = metadata.namespace ?? '';
  const agrees = about === '' ? own === '' || own === 'default' : own === about;
  if (!agrees) found.invalid('involvedObject.namespace', about, 'does not match event.namespace');
}

function validateNew(found: Findings, event: EventObject, controllerField: string): void {
  const about = text(event.involvedObject.namespace);
  const own = event.metadata.namespace ?? '';
  if (about === '' && own !== 'default' && own !== 'kube-system')
    found.invalid('involvedObject.namespace', about, 'does not match event.namespace');
  const controller = event.reportingComponent ?? '';
  if (controller === '') found.required(controllerField);
  found.complaints(controllerField, controller, qualifiedName(controller));
  for (const [field, value] of [
    ['reportingInstance', event.reportingInstance],
    ['action', event.action],
    ['reason', event.reason],
  ] as const) {
    if (!value) found.required(field);
    else if (value.length > MAX_NAME) found.invalid(field, '', `can have at most ${MAX_NAME} characters`);
  }
  if ((event.message?.length ?? 0) > MAX_MESSAGE) found.invalid('message', '', `can have at most ${MAX_MESSAGE} characters`);
}

const FIXED = ['involvedObject', 'reason', 'message', 'type', 'firstTimestamp', 'lastTimestamp', 'count', 'eventTime', 'action'] as const;

export function validateEventUpdate(found: Findings, next: EventObject, old: EventObject, legacy: boolean): void {
  if (legacy) return validateEvent(found, next, true);
  validateEvent(found, next, false);
  validateMetaUpdate(found, next.metadata, old.metadata);
  for (const field of FIXED) validateImmutable(found, field, (next as unknown as JsonObject)[field], (old as unknown as JsonObject)[field]);
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
