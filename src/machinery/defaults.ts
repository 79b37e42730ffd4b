// What the apiserver fills in when it reads an object: SetDefaults_* of pkg/apis/*/v1/defaults.go, on top of the form
// that decode.ts gives. Pod specs are in defaults-pod.ts. Left out: kinds that are served but not simulated keep what
// was sent, but for those of admission, flow control and API services whose recorded answers show their defaults.
import { toBase64 } from '../base/base64';
import { isObject, type Json, type JsonObject } from '../base/json';
import { decode } from './decode';
import { podDefaults, podTemplateDefaults } from './defaults-pod';
import { typeOf } from './schema';
import { each, inField, withDefaults } from './set-defaults';

type Defaulter = (object: JsonObject) => JsonObject;

const applied = new WeakMap<JsonObject, JsonObject>();

/** The object as it is stored: canonical, with its defaults. Unchanged parts are shared; an object that needs no
 *  change is returned itself. Kinds that are not built in stay as they are. */
export function applyDefaults(apiVersion: string, kind: string, object: JsonObject): JsonObject {
  const known = applied.get(object);
  if (known) return known;
  const type = typeOf(apiVersion, kind);
  if (!type) return object;
  const decoded = decode(type, object).object;
  const result = DEFAULTERS[`${apiVersion} ${kind}`]?.(decoded) ?? decoded;
  applied.set(object, result);
  applied.set(result, result);
  return result;
}

const inSpec =
  (change: Defaulter): Defaulter =>
  (object) =>
    inField(object, 'spec', change);
const inStatus =
  (change: Defaulter): Defaulter =>
  (object) =>
    inField(object, 'status', change);
const inTemplate: Defaulter = (spec) => inField(spec, 'template', podTemplateDefaults);
const after =
  (...changes: readonly Defaulter[]): Defaulter =>
  (object) =>
    changes.reduce((result, change) => change(result), object);
const set =
  (defaults: JsonObject): Defaulter =>
  (object) =>
    withDefaults(object, defaults);

const QUARTER = { maxUnavailable: '25%', maxSurge: '25%' };

/** `type: RollingUpdate` unless said otherwise, and then its parameters. */
const rolling =
  (field: string, parameters: JsonObject): Defaulter =>
  (spec) =>
    inField(spec, field, (strategy) => {
      const typed = withDefaults(strategy, { type: 'RollingUpdate' });
      if (typed.type !== 'RollingUpdate') return typed;
      return inField(withDefaults(typed, { rollingUpdate: {} }), 'rollingUpdate', set(parameters));
    });

function daemonSetUpdate(spec: JsonObject): JsonObject {
  const update = spec.updateStrategy as JsonObject;
  const rollingUpdate = isObject(update.rollingUpdate) ? update.rollingUpdate : {};
  const surges = rollingUpdate.maxSurge !== undefined && rollingUpdate.maxSurge !== 0 && rollingUpdate.maxSurge !== '0%';
  return rolling('updateStrategy', { maxUnavailable: surges ? 0 : 1, maxSurge: 0 })(spec);
}

const claimSpec: Defaulter = set({ volumeMode: 'Filesystem' });
const claim: Defaulter = after(inSpec(claimSpec), inStatus(set({ phase: 'Pending' })));

/** A claim within a StatefulSet says its kind. */
const claimTemplate: Defaulter = (template) =>
  claim(withDefaults({ ...template, status: template.status ?? {} }, { apiVersion: 'v1', kind: 'PersistentVolumeClaim' }));

const statefulSetSpec = after(
  inTemplate,
  set({ podManagementPolicy: 'OrderedReady', replicas: 1, revisionHistoryLimit: 10, persistentVolumeClaimRetentionPolicy: {} }),
  (spec) => inField(spec, 'persistentVolumeClaimRetentionPolicy', set({ whenDeleted: 'Retain', whenScaled: 'Retain' })),
  rolling('updateStrategy', { partition: 0 }),
  (spec) => each(spec, 'volumeClaimTemplates', claimTemplate),
);

/** What was given as text goes to the data. */
function encoded(secret: JsonObject): JsonObject {
  const { stringData, ...rest } = secret;
  if (!isObject(stringData)) return secret;
  const texts = Object.entries(stringData).map(([key, text]) => [key, toBase64(typeof text === 'string' ? text : '')]);
  return { ...rest, data: { ...(rest.data as JsonObject | undefined), ...Object.fromEntries(texts) } };
}

/** Completions and parallelism are both 1 if neither is said. */
function jobSpec(spec: JsonObject): JsonObject {
  const counts = spec.completions === undefined && spec.parallelism === undefined ? { completions: 1, parallelism: 1 } : { parallelism: 1 };
  const policy = spec.podFailurePolicy === undefined ? 'TerminatingOrFailed' : 'Failed';
  const backoffLimit = spec.backoffLimitPerIndex === undefined ? 6 : 2_147_483_647;
  const filled = withDefaults(spec, {
    ...counts,
    backoffLimit,
    completionMode: 'NonIndexed',
    suspend: false,
    manualSelector: false,
    podReplacementPolicy: policy,
  });
  return inTemplate(filled);
}

const cronJobSpec = after(
  set({ concurrencyPolicy: 'Allow', suspend: false, successfulJobsHistoryLimit: 3, failedJobsHistoryLimit: 1 }),
  (spec) =>
    inField(
      spec,
      'jobTemplate',
      inSpec((job) => inTemplate(job)),
    ),
);

function serviceSpec(spec: JsonObject): JsonObject {
  const type = typeof spec.type === 'string' ? spec.type : 'ClusterIP';
  const external =
    type === 'NodePort' ||
    type === 'LoadBalancer' ||
    (type === 'ClusterIP' && Array.isArray(spec.externalIPs) && spec.externalIPs.length > 0);
  const filled = withDefaults(spec, {
    sessionAffinity: 'None',
    type,
    ...(external ? { externalTrafficPolicy: 'Cluster' } : {}),
    ...(type === 'ExternalName' ? {} : { internalTrafficPolicy: 'Cluster' }),
    ...(type === 'LoadBalancer' ? { allocateLoadBalancerNodePorts: true } : {}),
  });
  return each(serviceAffinity(filled), 'ports', (port) => {
    const target = port.targetPort === 0 || port.targetPort === '' ? { ...port, targetPort: port.port } : port;
    return withDefaults(target, { protocol: 'TCP' });
  });
}

function serviceAffinity(spec: JsonObject): JsonObject {
  if (spec.sessionAffinity !== 'ClientIP') {
    if (spec.sessionAffinityConfig === undefined) return spec;
    const { sessionAffinityConfig: _, ...rest } = spec;
    return rest;
  }
  const config = isObject(spec.sessionAffinityConfig) ? spec.sessionAffinityConfig : {};
  const client = isObject(config.clientIP) ? config.clientIP : {};
  return client.timeoutSeconds === undefined ? { ...spec, sessionAffinityConfig: { clientIP: { timeoutSeconds: 10_800 } } } : spec;
}

/** Every namespace carries its name as a label. */
function namespaceLabel(namespace: JsonObject): JsonObject {
  const { name } = namespace.metadata as JsonObject;
  if (typeof name !== 'string' || name === '') return namespace;
  return inField(namespace, 'metadata', (metadata) =>
    inField(withDefaults(metadata, { labels: {} }), 'labels', (labels) =>
      labels['kubernetes.io/metadata.name'] === name ? labels : { ...labels, 'kubernetes.io/metadata.name': name },
    ),
  );
}

function limitRangeItem(item: JsonObject): JsonObject {
  if (item.type !== 'Container') return item;
  const limits = { ...(item.max as JsonObject | undefined), ...(item.default as JsonObject | undefined) };
  const requests = { ...(item.min as JsonObject | undefined), ...limits, ...(item.defaultRequest as JsonObject | undefined) };
  return withoutEmpty({ ...item, default: limits, defaultRequest: requests });
}
const withoutEmpty = (object: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => !isObject(value) || Object.keys(value).length > 0));

function networkPolicySpec(spec: JsonObject): JsonObject {
  const rules =
    (field: string): Defaulter =>
    (object) =>
      each(object, field, (rule) => each(rule, 'ports', set({ protocol: 'TCP' })));
  const policyTypes = Array.isArray(spec.egress) && spec.egress.length > 0 ? ['Ingress', 'Egress'] : ['Ingress'];
  return withDefaults(rules('egress')(rules('ingress')(spec)), { policyTypes });
}

const CPU_METRIC: Json = { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } };

/** A replication controller takes its selector and labels from its template. */
function replicationController(object: JsonObject): JsonObject {
  const spec = object.spec as JsonObject;
  const labels = ((spec.template as JsonObject | undefined)?.metadata as JsonObject | undefined)?.labels;
  if (labels === undefined) return object;
  return inField(inSpec(set({ selector: labels }))(object), 'metadata', set({ labels }));
}

const withServicePort: Defaulter = (webhook) =>
  inField(webhook, 'clientConfig', (client) => inField(client, 'service', set({ port: 443 })));

const webhooks =
  (match: JsonObject): Defaulter =>
  (object) =>
    each(object, 'webhooks', (webhook) =>
      each(
        withDefaults(withServicePort(webhook), {
          failurePolicy: 'Fail',
          matchPolicy: 'Equivalent',
          namespaceSelector: {},
          objectSelector: {},
          timeoutSeconds: 10,
          ...match,
        }),
        'rules',
        set({ scope: '*' }),
      ),
    );

const admissionPolicySpec = after(set({ failurePolicy: 'Fail' }), (spec) =>
  inField(spec, 'matchConstraints', (match) =>
    each(
      withDefaults(match, { matchPolicy: 'Equivalent', namespaceSelector: {}, objectSelector: {} }),
      'resourceRules',
      set({ scope: '*' }),
    ),
  ),
);

const RBAC = 'rbac.authorization.k8s.io';
/** The group of a role's or a binding's parties is known from their kind. */
const binding: Defaulter = (object) =>
  each(
    inField(object, 'roleRef', (ref) => (ref.apiGroup === '' || ref.apiGroup === undefined ? { ...ref, apiGroup: RBAC } : ref)),
    'subjects',
    (subject) => (subject.kind === 'User' || subject.kind === 'Group' ? withDefaults(subject, { apiGroup: RBAC }) : subject),
  );

const DEFAULTERS: { readonly [apiVersionAndKind: string]: Defaulter } = {
  'v1 Pod': podDefaults,
  'v1 PodTemplate': (object) => inTemplate(object),
  'authentication.k8s.io/v1 TokenRequest': inSpec(set({ expirationSeconds: 3600 })),
  'v1 ReplicationController': after(replicationController, inSpec(after(inTemplate, set({ replicas: 1 })))),
  'v1 Service': inSpec(serviceSpec),
  'v1 Namespace': after(namespaceLabel, inStatus(set({ phase: 'Active' }))),
  'v1 Node': inStatus((status) => (isObject(status.capacity) ? withDefaults(status, { allocatable: status.capacity }) : status)),
  'v1 Secret': after(encoded, set({ type: 'Opaque' })),
  'v1 Endpoints': (object) => each(object, 'subsets', (subset) => each(subset, 'ports', set({ protocol: 'TCP' }))),
  'v1 LimitRange': inSpec((spec) => each(spec, 'limits', limitRangeItem)),
  'v1 PersistentVolumeClaim': claim,
  'v1 PersistentVolume': after(
    inSpec(
      after(set({ persistentVolumeReclaimPolicy: 'Retain', volumeMode: 'Filesystem' }), (spec) =>
        inField(spec, 'hostPath', set({ type: '' })),
      ),
    ),
    inStatus(set({ phase: 'Pending' })),
  ),
  'apps/v1 Deployment': inSpec(
    after(inTemplate, set({ replicas: 1, revisionHistoryLimit: 10, progressDeadlineSeconds: 600 }), rolling('strategy', QUARTER)),
  ),
  'apps/v1 ReplicaSet': inSpec(after(inTemplate, set({ replicas: 1 }))),
  'apps/v1 DaemonSet': inSpec(after(inTemplate, set({ revisionHistoryLimit: 10 }), daemonSetUpdate)),
  'apps/v1 StatefulSet': inSpec(statefulSetSpec),
  'batch/v1 Job': inSpec(jobSpec),
  'batch/v1 CronJob': inSpec(cronJobSpec),
  'discovery.k8s.io/v1 EndpointSlice': (object) => each(object, 'ports', set({ name: '', protocol: 'TCP' })),
  'networking.k8s.io/v1 NetworkPolicy': inSpec(networkPolicySpec),
  'autoscaling/v1 HorizontalPodAutoscaler': inSpec(set({ minReplicas: 1 })),
  'autoscaling/v2 HorizontalPodAutoscaler': inSpec(set({ minReplicas: 1, metrics: [CPU_METRIC] })),
  'rbac.authorization.k8s.io/v1 RoleBinding': binding,
  'rbac.authorization.k8s.io/v1 ClusterRoleBinding': binding,
  'scheduling.k8s.io/v1 PriorityClass': set({ preemptionPolicy: 'PreemptLowerPriority' }),
  'storage.k8s.io/v1 StorageClass': set({ reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' }),
  'admissionregistration.k8s.io/v1 ValidatingAdmissionPolicy': inSpec(admissionPolicySpec),
  'admissionregistration.k8s.io/v1 ValidatingWebhookConfiguration': webhooks({}),
  'admissionregistration.k8s.io/v1 MutatingWebhookConfiguration': webhooks({ reinvocationPolicy: 'Never' }),
  'apiregistration.k8s.io/v1 APIService': inSpec((spec) => inField(spec, 'service', set({ port: 443 }))),
  'flowcontrol.apiserver.k8s.io/v1 FlowSchema': inSpec((spec) =>
    spec.matchingPrecedence === 0 ? { ...spec, matchingPrecedence: 1000 } : spec,
  ),
};
