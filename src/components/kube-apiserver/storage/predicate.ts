// Which objects a list or watch is about: label and field selectors, and which fields each resource can be
// selected by. Models apiserver pkg/storage/selection_predicate.go, the GetAttrs of each registry, and the
// field label conversions of pkg/apis/*/v1/conversion.go.
import { isObject, type Json } from '../../../base/json';
import { err, ok, type Result } from '../../../base/result';
import { type FieldSelector, parseFieldSelector } from '../../../machinery/field-selector';
import { EVERYTHING, matchesSelector, type Selector } from '../../../machinery/selector';
import { parseLabelSelector } from '../../../machinery/selector-parser';
import type { Versioned } from './versioner';

/** Beside metadata.name and metadata.namespace. */
const SELECTABLE: { readonly [groupResource: string]: readonly string[] } = {
  '/pods': [
    'spec.nodeName',
    'spec.restartPolicy',
    'spec.schedulerName',
    'spec.serviceAccountName',
    'spec.hostNetwork',
    'status.phase',
    'status.podIP',
    'status.podIPs',
    'status.nominatedNodeName',
  ],
  '/nodes': ['spec.unschedulable'],
  '/events': [
    'involvedObject.kind',
    'involvedObject.namespace',
    'involvedObject.name',
    'involvedObject.uid',
    'involvedObject.apiVersion',
    'involvedObject.resourceVersion',
    'involvedObject.fieldPath',
    'reason',
    'reportingComponent',
    'source',
    'type',
  ],
  'events.k8s.io/events': [
    'regarding.kind',
    'regarding.namespace',
    'regarding.name',
    'regarding.uid',
    'regarding.apiVersion',
    'regarding.resourceVersion',
    'regarding.fieldPath',
    'reason',
    'reportingController',
    'type',
  ],
  '/secrets': ['type'],
  '/services': ['spec.clusterIP', 'spec.type'],
  '/namespaces': ['status.phase', 'name'],
  '/replicationcontrollers': ['status.replicas'],
  'apps/replicasets': ['status.replicas'],
  'batch/jobs': ['status.successful'],
  'certificates.k8s.io/certificatesigningrequests': ['spec.signerName'],
  'resource.k8s.io/resourceslices': ['spec.nodeName', 'spec.driver'],
  'networking.k8s.io/ipaddresses': ['metadata.name'],
};

export interface Predicate {
  readonly labels: Selector;
  readonly fields: FieldSelector;
  /** Selects everything: most lists and watches. */
  readonly everything: boolean;
}
export const ALL: Predicate = { labels: EVERYTHING, fields: [], everything: true };

interface Named {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
}

/** The error is the message of a 400. */
export function predicateOf(info: Named, labelSelector = '', fieldSelector = ''): Result<Predicate> {
  if (labelSelector === '' && fieldSelector === '') return ok(ALL);
  const labels = labelSelector === '' ? ok(EVERYTHING) : parseLabelSelector(labelSelector);
  if (!labels.ok) return labels;
  const fields = fieldSelector === '' ? ok<FieldSelector>([]) : parseFieldSelector(fieldSelector);
  if (!fields.ok) return fields;
  const known = SELECTABLE[`${info.group}/${info.resource}`] ?? [];
  for (const { field } of fields.value) {
    if (field === 'metadata.name' || field === 'metadata.namespace' || known.includes(field)) continue;
    return err(unknownField(info, field));
  }
  return ok({ labels: labels.value, fields: fields.value, everything: false });
}

// Kinds with fields of their own have a conversion function that says it shorter.
const unknownField = (info: Named, field: string): string =>
  SELECTABLE[`${info.group}/${info.resource}`] !== undefined
    ? `field label not supported: ${field}`
    : `${JSON.stringify(field)} is not a known field selector: only "metadata.name", "metadata.namespace"`;

export function matches(predicate: Predicate, object: Versioned): boolean {
  if (predicate.everything) return true;
  for (const { field, op, value } of predicate.fields) if ((fieldOf(object, field) === value) !== (op === '=')) return false;
  return matchesSelector(predicate.labels, object.metadata.labels);
}

/** The value that a field must have, if the selector says so; for indexes. */
export const requiredValue = (predicate: Predicate, field: string): string | null =>
  predicate.fields.find((requirement) => requirement.field === field && requirement.op === '=')?.value ?? null;

function fieldOf(object: Versioned, field: string): string {
  switch (field) {
    case 'metadata.name':
    case 'name':
      return object.metadata.name;
    case 'metadata.namespace':
      return object.metadata.namespace ?? '';
    case 'source':
      return textAt(object, ['source', 'component']) || textAt(object, ['reportingComponent']);
    case 'spec.hostNetwork':
    case 'spec.unschedulable':
      return textAt(object, field.split('.')) || 'false';
    case 'status.podIPs':
      return textAt(object, ['status', 'podIP']);
    case 'status.replicas':
    case 'status.successful':
      return textAt(object, field.split('.')) || '0';
    default:
      return textAt(object, pathOf(field));
  }
}

// Stored Events have the core group's form.
const pathOf = (field: string): readonly string[] => {
  const path = field.split('.');
  if (path[0] === 'regarding') return ['involvedObject', ...path.slice(1)];
  return path[0] === 'reportingController' ? ['reportingComponent'] : path;
};

function textAt(object: Json, path: readonly string[]): string {
  let value: Json | undefined = object;
  for (const step of path) value = isObject(value) ? value[step] : undefined;
  return value === undefined || value === null || typeof value === 'object' ? '' : String(value);
}
