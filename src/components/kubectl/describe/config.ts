// describe configmap, secret, serviceaccount, namespace, resourcequota, limitrange, priorityclass. Models kubectl
// pkg/describe.

import { fromBase64Url } from '../../../base/base64';
import type { JsonObject } from '../../../base/json';
import { compareBytes } from '../../../base/order';
import { metaOf } from '../../../machinery/object';
import { canonicalQuantity } from '../../../machinery/quantity';
import type { ConfigMap, Namespace, PriorityClass, Secret, ServiceAccount, StringMap } from '../../../machinery/types';
import type { Task } from '../../../sim/task';
import { base64Size } from '../create/base64';
import { ApiError } from '../errors';
import type { Describer, Describing } from './describing';
import { type Description, dateText, labelsText, listOf, objectOf, textOf } from './description';

const sortedKeys = (map: object | undefined): string[] => Object.keys(map ?? {}).sort(compareBytes);

export const describeConfigMap: Describer = function* (describing, object) {
  const { data, binaryData } = object as unknown as ConfigMap;
  const events = yield* describing.events(object);
  const w = describing.begin();
  w.names(object);
  w.marks(object);
  w.line(0, '\nData\n====');
  for (const key of sortedKeys(data)) w.line(0, `${key}:\n----\n${data?.[key] ?? ''}\n`);
  w.line(0, '\nBinaryData\n====');
  for (const key of sortedKeys(binaryData)) w.line(0, `${key}: ${base64Size(binaryData?.[key] ?? '')} bytes`);
  w.line(0, '');
  describing.describeEvents(w, events);
  return w;
};

export const describeSecret: Describer = function* (describing, object) {
  const { data, type = '' } = object as unknown as Secret;
  const w = describing.begin();
  w.names(object);
  w.marks(object);
  w.line(0, '\nType:', type);
  w.line(0, '\nData\n====');
  for (const key of sortedKeys(data)) {
    const value = data?.[key] ?? '';
    const shown = key === 'token' && type === 'kubernetes.io/service-account-token';
    w.line(0, `${key}:`, shown ? (fromBase64Url(value) ?? '') : `${base64Size(value)} bytes`);
  }
  return w;
};

export const describeServiceAccount: Describer = function* (describing, object) {
  const { imagePullSecrets = [] } = object as unknown as ServiceAccount;
  const events = yield* describing.events(object);
  const w = describing.begin();
  w.names(object);
  w.marks(object);
  const title = 'Image pull secrets:';
  if (imagePullSecrets.length === 0) w.line(0, title, '<none>');
  for (const [i, { name }] of imagePullSecrets.entries()) w.line(0, i === 0 ? title : ' '.repeat(title.length), name);
  describing.describeEvents(w, events);
  return w;
};

export const describePriorityClass: Describer = function* (describing, object) {
  const { value, globalDefault = false, preemptionPolicy = '', description = '' } = object as unknown as PriorityClass;
  const events = yield* describing.events(object);
  const w = describing.begin();
  w.names(object, false);
  w.line(0, 'Value:', String(value));
  w.line(0, 'GlobalDefault:', String(globalDefault));
  w.line(0, 'PreemptionPolicy:', preemptionPolicy);
  w.line(0, 'Description:', description);
  w.line(0, 'Annotations:', labelsText(metaOf(object).annotations));
  describing.describeEvents(w, events);
  return w;
};

// ---- Namespaces, with what limits them

export const describeNamespace: Describer = function* (describing, object) {
  const { name = '', labels, annotations } = metaOf(object);
  const quotas = yield* listed(describing, 'ResourceQuota', name);
  const ranges = yield* listed(describing, 'LimitRange', name);
  const { status } = object as unknown as Namespace;
  const w = describing.begin();
  w.line(0, 'Name:', name);
  w.labels('Labels', labels);
  w.annotations('Annotations', annotations);
  w.line(0, 'Status:', status?.phase ?? '');
  const conditions = status?.conditions ?? [];
  if (conditions.length > 0) {
    w.line(0, 'Conditions:');
    w.line(1, 'Type', 'Status', 'LastTransitionTime', 'Reason', 'Message');
    w.line(1, '----', '------', '------------------', '------', '-------');
  }
  for (const { type, status: is, lastTransitionTime, reason = '', message = '' } of conditions)
    w.line(1, type, is, dateText(lastTransitionTime), reason, message);
  if (quotas !== null) describeQuotas(w, quotas);
  if (ranges !== null) describeRanges(w, ranges);
  return w;
};

/** Null where the server does not know the kind. */
function* listed(describing: Describing, kind: string, namespace: string): Task<JsonObject[] | null> {
  try {
    return yield* describing.list('v1', kind, namespace);
  } catch (error) {
    if (error instanceof ApiError && error.reason === 'NotFound') return null;
    throw error;
  }
}

function describeQuotas(w: Description, quotas: readonly JsonObject[]): void {
  w.line(0, '');
  if (quotas.length === 0) return w.line(0, 'No resource quota.');
  w.line(0, 'Resource Quotas');
  for (const quota of [...quotas].sort((a, b) => compareBytes(metaOf(a).name ?? '', metaOf(b).name ?? ''))) {
    w.line(1, 'Name:', metaOf(quota).name ?? '');
    describeScopes(w, 1, '* ', quota);
    describeUsage(w, 1, '---', quota);
  }
}

const SCOPES: { readonly [scope: string]: string } = {
  Terminating:
    'Matches all pods that have an active deadline. These pods have a limited lifespan on a node before being actively terminated by the system.',
  NotTerminating:
    'Matches all pods that do not have an active deadline. These pods usually include long running pods whose container command is not expected to terminate.',
  BestEffort: 'Matches all pods that do not have resource requirements set. These pods have a best effort quality of service.',
  NotBestEffort:
    'Matches all pods that have at least one resource requirement set. These pods have a burstable or guaranteed quality of service.',
};

function describeScopes(w: Description, level: number, mark: string, quota: JsonObject): void {
  const scopes = [...((objectOf(quota, 'spec')['scopes'] ?? []) as readonly string[])].sort(compareBytes);
  if (scopes.length > 0) w.line(level, 'Scopes:', scopes.join(', '));
  for (const scope of scopes) if (SCOPES[scope] !== undefined) w.line(level, `${mark}${SCOPES[scope]}`);
}

function describeUsage(w: Description, level: number, rule: string, quota: JsonObject): void {
  const status = objectOf(quota, 'status');
  const hard = objectOf(status, 'hard') as StringMap;
  const used = objectOf(status, 'used') as StringMap;
  w.line(level, 'Resource', 'Used', 'Hard');
  w.line(level, '--------', rule, rule);
  for (const name of sortedKeys(hard)) w.line(level, name, canonicalQuantity(used[name] ?? '0'), canonicalQuantity(hard[name] ?? ''));
}

export const describeQuota: Describer = function* (describing, object) {
  const w = describing.begin();
  w.names(object);
  describeScopes(w, 0, ' * ', object);
  describeUsage(w, 0, '----', object);
  return w;
};

const RANGE_HEAD = [
  ['Type', 'Resource', 'Min', 'Max', 'Default Request', 'Default Limit', 'Max Limit/Request Ratio'],
  ['----', '--------', '---', '---', '---------------', '-------------', '-----------------------'],
];

function describeRanges(w: Description, ranges: readonly JsonObject[]): void {
  w.line(0, '');
  if (ranges.length === 0) return w.line(0, 'No LimitRange resource.');
  w.line(0, 'Resource Limits');
  for (const [first, ...cells] of RANGE_HEAD) w.line(0, ` ${first}`, ...cells);
  for (const range of ranges) describeRangeSpec(w, ' ', range);
}

export const describeLimitRange: Describer = function* (describing, object) {
  const w = describing.begin();
  w.names(object);
  for (const cells of RANGE_HEAD) w.line(0, ...cells);
  describeRangeSpec(w, '', object);
  return w;
};

function describeRangeSpec(w: Description, prefix: string, range: JsonObject): void {
  for (const item of listOf(objectOf(range, 'spec'), 'limits')) {
    const columns = ['min', 'max', 'defaultRequest', 'default', 'maxLimitRequestRatio'].map((name) => objectOf(item, name) as StringMap);
    // Upstream prints resources in no order; ours is that of their names.
    const resources = [...new Set(columns.flatMap((column) => Object.keys(column)))].sort(compareBytes);
    for (const name of resources) {
      const cells = columns.map((column) => (column[name] === undefined ? '-' : canonicalQuantity(column[name])));
      w.line(0, `${prefix}${textOf(item, 'type')}`, name, ...cells);
    }
  }
}
