// Defaults of pods and pod templates. Models SetDefaults_Pod, SetDefaults_PodSpec, SetDefaults_Container and the
// parts of a pod spec in pkg/apis/core/v1/defaults.go. Left out: hugepages in pod-level resources.
import { isObject, type Json, type JsonObject } from '../base/json';
import { imageTag } from './image-name';
import { addQuantities, canonicalQuantity, compareQuantities, parseQuantity, quantityText, roundUpQuantity } from './quantity';
import { each, inField, withDefaults } from './set-defaults';

const POD_SPEC: JsonObject = {
  dnsPolicy: 'ClusterFirst',
  restartPolicy: 'Always',
  securityContext: {},
  terminationGracePeriodSeconds: 30,
  schedulerName: 'default-scheduler',
};
const CONTAINER: JsonObject = { terminationMessagePath: '/dev/termination-log', terminationMessagePolicy: 'File' };
const PROBE: JsonObject = { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 };
const FILE_MODE: JsonObject = { defaultMode: 0o644 };
const CONTAINER_LISTS = ['containers', 'initContainers', 'ephemeralContainers'];

const specs = new WeakMap<JsonObject, JsonObject>();

/** SetDefaults_PodSpec and what it holds: what templates get too. Kept per object. */
function podSpecDefaults(spec: JsonObject): JsonObject {
  let result = specs.get(spec);
  if (!result) {
    result = each(withDefaults(spec, POD_SPEC), 'volumes', volumeDefaults);
    for (const list of CONTAINER_LISTS) result = each(result, list, containerDefaults);
    result = inField(result, 'resources', roundedResources);
    specs.set(spec, result);
    specs.set(result, result);
  }
  return result;
}

export const podTemplateDefaults = (template: JsonObject): JsonObject => inField(template, 'spec', podSpecDefaults);

export const podDefaults = (pod: JsonObject): JsonObject => inField(pod, 'spec', (spec) => podOnlyDefaults(podSpecDefaults(spec)));

/** What only a Pod gets, so that a template keeps telling what its author said. */
function podOnlyDefaults(spec: JsonObject): JsonObject {
  let result = spec;
  for (const list of ['containers', 'initContainers']) {
    result = each(result, list, requestsFromLimits);
    if (spec.hostNetwork === true) result = each(result, list, hostPorts);
  }
  return withDefaults(
    inField(result, 'resources', (resources) => podLevelRequests(result, resources)),
    { enableServiceLinks: true },
  );
}

const requestsFromLimits = (container: JsonObject): JsonObject =>
  inField(container, 'resources', (resources) => {
    if (!isObject(resources.limits)) return resources;
    const requests = isObject(resources.requests) ? resources.requests : {};
    const filled = withDefaults(requests, resources.limits);
    return filled === resources.requests || Object.keys(filled).length === 0 ? resources : { ...resources, requests: filled };
  });

const hostPorts = (container: JsonObject): JsonObject =>
  each(container, 'ports', (port) => (port.hostPort ? port : { ...port, hostPort: port.containerPort }));

/** Pod-level requests: the sum of the containers' own, else the pod-level limits. */
function podLevelRequests(spec: JsonObject, resources: JsonObject): JsonObject {
  if (!isObject(resources.limits)) return resources;
  const own = isObject(resources.requests) ? resources.requests : {};
  const requests = withDefaults(withDefaults(own, sumOfRequests(spec)), resources.limits);
  return requests === resources.requests ? resources : { ...resources, requests };
}

function sumOfRequests(spec: JsonObject): JsonObject {
  const sums: Record<string, string> = {};
  for (const name of ['cpu', 'memory']) {
    const asked = requestsOf(spec.containers, name);
    const total = asked.reduce((sum, one) => addQuantities(sum, one), { nanos: 0n, format: 'DecimalSI' as const });
    const initial = requestsOf(spec.initContainers, name).sort(compareQuantities).pop();
    const larger = initial && compareQuantities(initial, total) > 0 ? initial : total;
    if (larger.nanos > 0n) sums[name] = quantityText(larger);
  }
  return sums;
}

function requestsOf(containers: Json | undefined, name: string) {
  const list = Array.isArray(containers) ? containers : [];
  return list.flatMap((container) => {
    const resources = isObject(container) && isObject(container.resources) ? container.resources : {};
    const text = isObject(resources.requests) ? resources.requests[name] : undefined;
    const quantity = typeof text === 'string' ? parseQuantity(text) : null;
    return quantity ? [quantity] : [];
  });
}

function containerDefaults(container: JsonObject): JsonObject {
  const imagePullPolicy = imageTag(String(container.image ?? '')) === 'latest' ? 'Always' : 'IfNotPresent';
  let result = withDefaults(withDefaults(container, CONTAINER), { imagePullPolicy });
  for (const probe of ['livenessProbe', 'readinessProbe', 'startupProbe']) result = inField(result, probe, probeDefaults);
  result = inField(result, 'lifecycle', (lifecycle) => inField(inField(lifecycle, 'postStart', actionDefaults), 'preStop', actionDefaults));
  result = each(result, 'ports', (port) => withDefaults(port, { protocol: 'TCP' }));
  result = each(result, 'env', (variable) => inField(variable, 'valueFrom', sourceDefaults));
  return inField(result, 'resources', roundedResources);
}

const probeDefaults = (probe: JsonObject): JsonObject =>
  inField(actionDefaults(withDefaults(probe, PROBE)), 'grpc', (grpc) => withDefaults(grpc, { service: '' }));

const actionDefaults = (action: JsonObject): JsonObject =>
  inField(action, 'httpGet', (get) => withDefaults(get, { path: '/', scheme: 'HTTP' }));

const fieldRefDefaults = (source: JsonObject): JsonObject => inField(source, 'fieldRef', (ref) => withDefaults(ref, { apiVersion: 'v1' }));

const sourceDefaults = (source: JsonObject): JsonObject =>
  inField(fieldRefDefaults(source), 'fileKeyRef', (ref) => withDefaults(ref, { optional: false }));

/** Resources are kept in thousandths at the finest. */
const roundedResources = (resources: JsonObject): JsonObject => inField(inField(resources, 'limits', roundedList), 'requests', roundedList);

function roundedList(list: JsonObject): JsonObject {
  let result = list;
  for (const name in list) {
    const text = list[name];
    if (typeof text !== 'string' || !/[un]$|e-|\./.test(text)) continue;
    const quantity = parseQuantity(text);
    const rounded = quantity ? roundUpQuantity(quantity, -3) : null;
    if (rounded && !rounded.exact) result = { ...result, [name]: canonicalQuantity(quantityText(rounded.value)) };
  }
  return result;
}

/** A volume that says only its name is an emptyDir. */
function volumeDefaults(volume: JsonObject): JsonObject {
  let result = Object.keys(volume).every((name) => name === 'name') ? { ...volume, emptyDir: {} } : volume;
  for (const source of ['secret', 'configMap', 'downwardAPI', 'projected'])
    result = inField(result, source, (one) => withDefaults(one, FILE_MODE));
  result = inField(result, 'downwardAPI', (source) => each(source, 'items', fieldRefDefaults));
  result = inField(result, 'projected', (source) => each(source, 'sources', projectionDefaults));
  result = inField(result, 'hostPath', (source) => withDefaults(source, { type: '' }));
  result = inField(result, 'iscsi', (source) => withDefaults(source, { iscsiInterface: 'default' }));
  result = inField(result, 'rbd', (source) => withDefaults(source, { pool: 'rbd', user: 'admin', keyring: '/etc/ceph/keyring' }));
  result = inField(result, 'azureDisk', (source) =>
    withDefaults(source, { cachingMode: 'ReadWrite', fsType: 'ext4', readOnly: false, kind: 'Shared' }),
  );
  result = inField(result, 'scaleIO', (source) => withDefaults(source, { storageMode: 'ThinProvisioned', fsType: 'xfs' }));
  result = inField(result, 'ephemeral', (source) =>
    inField(source, 'volumeClaimTemplate', (template) =>
      inField(template, 'spec', (spec) => withDefaults(spec, { volumeMode: 'Filesystem' })),
    ),
  );
  return inField(result, 'image', (source) =>
    withDefaults(source, { pullPolicy: imageTag(String(source.reference ?? '')) === 'latest' ? 'Always' : 'IfNotPresent' }),
  );
}

const projectionDefaults = (projection: JsonObject): JsonObject =>
  inField(
    inField(projection, 'downwardAPI', (source) => each(source, 'items', fieldRefDefaults)),
    'serviceAccountToken',
    (token) => withDefaults(token, { expirationSeconds: 3600 }),
  );
