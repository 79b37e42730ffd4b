// The cells of the kinds that this cluster stores but does not act on. Models the print functions of
// pkg/printers/internalversion/printers.go. Left out: PodGroup, StorageVersionMigration's status.
import type { JsonObject } from '../../base/json';
import { compareBytes } from '../../base/order';
import { humanDuration } from '../duration';
import { controllerOf } from '../object';
import { cronJobCells, jobCells, metricsText } from './batch-rows';
import {
  age,
  type Cell,
  containerCells,
  count,
  created,
  labelSelectorText,
  labelsText,
  list,
  name,
  number,
  type Printed,
  type Printing,
  quantity,
  record,
  shortList,
  spec,
  status,
  text,
} from './cells';
import { loadBalancerText, type RowPrinter } from './rows';

const amount = (value: unknown): string => (value === undefined ? '0' : quantity(value));

const MODES: readonly (readonly [string, string])[] = [
  ['ReadWriteOnce', 'RWO'],
  ['ReadOnlyMany', 'ROX'],
  ['ReadWriteMany', 'RWX'],
  ['ReadWriteOncePod', 'RWOP'],
];
const accessModes = (value: unknown): string =>
  MODES.filter(([mode]) => (value as readonly string[] | undefined)?.includes(mode))
    .map(([, short]) => short)
    .join(',');

function volumeCells(volume: Printed, p: Printing): Cell[] {
  const s = spec(volume);
  const claim = record(s['claimRef']);
  return [
    name(volume),
    amount(record(s['capacity'])['storage']),
    accessModes(s['accessModes']),
    text(s['persistentVolumeReclaimPolicy']),
    volume.metadata.deletionTimestamp ? 'Terminating' : text(status(volume)['phase']),
    s['claimRef'] ? `${text(claim['namespace'])}/${text(claim['name'])}` : '',
    volume.metadata.annotations?.['volume.beta.kubernetes.io/storage-class'] ?? text(s['storageClassName']),
    text(s['volumeAttributesClassName']) || '<unset>',
    text(status(volume)['reason']),
    created(volume, p),
    text(s['volumeMode']) || '<unset>',
  ];
}

function claimCells(claim: Printed, p: Printing): Cell[] {
  const s = spec(claim);
  const bound = text(s['volumeName']) !== '';
  return [
    name(claim),
    claim.metadata.deletionTimestamp ? 'Terminating' : text(status(claim)['phase']),
    text(s['volumeName']),
    bound ? amount(record(status(claim)['capacity'])['storage']) : '',
    bound ? accessModes(status(claim)['accessModes']) : '',
    claim.metadata.annotations?.['volume.beta.kubernetes.io/storage-class'] ?? text(s['storageClassName']),
    text(s['volumeAttributesClassName']) || '<unset>',
    created(claim, p),
    text(s['volumeMode']) || '<unset>',
  ];
}

function quotaCells(quota: Printed, p: Printing): Cell[] {
  const hard = record(status(quota)['hard']);
  const used = record(status(quota)['used']);
  const part = (limits: boolean): string =>
    Object.keys(hard)
      .sort(compareBytes)
      .filter((key) => key.startsWith('limits.') === limits)
      .map((key) => `${key}: ${amount(used[key])}/${amount(hard[key])}`)
      .join(', ');
  return [name(quota), part(false), part(true), created(quota, p)];
}

function signingRequestCells(request: Printed, p: Printing): Cell[] {
  const { signerName, expirationSeconds, username } = spec(request);
  const types = list(status(request)['conditions']).map((c) => c['type']);
  const state = [types.includes('Denied') ? 'Denied' : types.includes('Approved') ? 'Approved' : 'Pending'];
  if (types.includes('Failed')) state.push('Failed');
  if (status(request)['certificate']) state.push('Issued');
  const duration = typeof expirationSeconds === 'number' ? humanDuration(expirationSeconds * 1_000_000) : '<none>';
  return [name(request), created(request, p), text(signerName) || '<none>', text(username), duration, state.join(',')];
}

function poolStatusCells(request: Printed, p: Printing): Cell[] {
  const { driver } = spec(request);
  const s = status(request);
  const pools = list(s['pools']);
  const total = number(s['poolCount']);
  const done = list(s['conditions']).find((c) => c['status'] === 'True' && (c['type'] === 'Complete' || c['type'] === 'Failed'));
  const sum = (field: string): string => (done ? `${pools.reduce((n, pool) => n + number(pool[field]), 0)}` : '-');
  const errors = done ? `${pools.filter((pool) => pool['validationError']).length}` : '-';
  const partial = done && pools.length < total ? ` (${pools.length}/${total} pools)` : '';
  return [
    name(request),
    text(driver),
    sum('totalDevices'),
    sum('availableDevices'),
    sum('allocatedDevices'),
    sum('unavailableDevices'),
    errors,
    total,
    done ? `${text(done['type'])}${partial}` : 'Pending',
    done ? age(done['lastTransitionTime'], p.now) : '<none>',
  ];
}

function claimState(claim: Printed): string {
  const { allocation, reservedFor } = status(claim);
  const deleted = claim.metadata.deletionTimestamp !== undefined;
  const states = deleted ? ['deleted'] : [];
  if (allocation === undefined) return [...states, ...(deleted ? [] : ['pending'])].join(',');
  return [...states, 'allocated', ...(list(reservedFor).length > 0 ? ['reserved'] : [])].join(',');
}

function policyParam(binding: Printed): string {
  const param = spec(binding)['paramRef'] as JsonObject | undefined;
  if (param?.['name']) return `${text(param['namespace']) || '*'}/${text(param['name'])}`;
  return param?.['selector'] ? labelSelectorText(param['selector']) : '<unset>';
}

function paramKind(policy: Printed): string {
  const kind = spec(policy)['paramKind'] as JsonObject | undefined;
  return kind ? `${text(kind['apiVersion'])}/${text(kind['kind'])}` : '<unset>';
}

function hostsText(ingress: Printed): string {
  const rules = list(spec(ingress)['rules']);
  const hosts = rules.map((rule) => text(rule['host'])).filter((host) => host !== '');
  if (hosts.length === 0) return '*';
  return hosts.length > 3 ? `${hosts.slice(0, 3).join(',')} + ${rules.length - 3} more...` : hosts.join(',');
}

function classParameters(ingressClass: Printed): string {
  const parameters = spec(ingressClass)['parameters'] as JsonObject | undefined;
  if (!parameters) return '<none>';
  const group = text(parameters['apiGroup']);
  return `${text(parameters['kind'])}${group ? `.${group}` : ''}/${text(parameters['name'])}`;
}

function addressParent(address: Printed): string {
  const parent = spec(address)['parentRef'] as JsonObject | undefined;
  if (!parent) return '<none>';
  const group = text(parent['group']);
  return [`${text(parent['resource'])}${group ? `.${group}` : ''}`.toLowerCase(), text(parent['namespace']), text(parent['name'])]
    .filter((part) => part !== '')
    .join('/');
}

function revisionController(revision: Printed): string {
  const owner = controllerOf(revision);
  if (owner === null) return '<none>';
  const group = owner.apiVersion.includes('/') ? `.${owner.apiVersion.split('/')[0]}` : '';
  return `${`${owner.kind}${group}`.toLowerCase()}/${owner.name}`;
}

function csiDriverCells(driver: Printed, p: Printing): Cell[] {
  const s = spec(driver);
  const requests =
    s['tokenRequests'] === undefined
      ? '<unset>'
      : list(s['tokenRequests'])
          .map((r) => text(r['audience']))
          .join(',');
  return [
    name(driver),
    s['attachRequired'] !== false,
    s['podInfoOnMount'] === true,
    s['storageCapacity'] === true,
    requests,
    s['requiresRepublish'] === true,
    list<string>(s['volumeLifecycleModes']).join(',') || '<none>',
    created(driver, p),
  ];
}

function priorityLevelCells(level: Printed, p: Printing): Cell[] {
  const limited = spec(level)['limited'] as JsonObject | undefined;
  const queuing = record(limited?.['limitResponse'])['queuing'] as JsonObject | undefined;
  const cell = (value: unknown): Cell => (typeof value === 'number' ? value : '<none>');
  return [
    name(level),
    text(spec(level)['type']),
    limited ? number(limited['nominalConcurrencyShares']) : '<none>',
    cell(queuing?.['queues']),
    cell(queuing?.['handSize']),
    cell(queuing?.['queueLengthLimit']),
    created(level, p),
  ];
}

function classCells(object: Printed): string {
  const annotations = object.metadata.annotations ?? {};
  const group = object.kind === 'VolumeAttributesClass' ? 'volumeattributesclass' : 'storageclass';
  const marked = [`${group}.kubernetes.io/is-default-class`, `${group}.beta.kubernetes.io/is-default-class`];
  return marked.some((key) => annotations[key] === 'true') ? `${name(object)} (default)` : name(object);
}

const budgetBound = (value: unknown): string => (value === undefined ? 'N/A' : `${value}`);
const webhookCells: RowPrinter = (o, p) => [name(o), count(o['webhooks']), created(o, p)];
const policyBindingCells: RowPrinter = (o, p) => [name(o), text(spec(o)['policyName']), policyParam(o), created(o, p)];
const nameAndAge: RowPrinter = (o, p) => [name(o), created(o, p)];

export const OTHER_ROWS: { readonly [kind: string]: RowPrinter } = {
  Job: jobCells,
  CronJob: cronJobCells,
  PersistentVolume: volumeCells,
  PersistentVolumeClaim: claimCells,
  ResourceQuota: quotaCells,
  CertificateSigningRequest: signingRequestCells,
  ResourcePoolStatusRequest: poolStatusCells,
  CSIDriver: csiDriverCells,
  PriorityLevelConfiguration: priorityLevelCells,
  MutatingWebhookConfiguration: webhookCells,
  ValidatingWebhookConfiguration: webhookCells,
  MutatingAdmissionPolicyBinding: policyBindingCells,
  ValidatingAdmissionPolicyBinding: policyBindingCells,
  DeviceClass: nameAndAge,
  ResourceClaimTemplate: nameAndAge,
  StatefulSet: (o, p) => [
    name(o),
    `${number(status(o)['readyReplicas'])}/${number(spec(o)['replicas'])}`,
    created(o, p),
    ...(p.wide ? containerCells(spec(o)['template']) : []),
  ],
  ReplicationController: (o, p) => [
    name(o),
    number(spec(o)['replicas']),
    number(status(o)['replicas']),
    number(status(o)['readyReplicas']),
    created(o, p),
    ...(p.wide ? [...containerCells(spec(o)['template']), labelsText(spec(o)['selector'])] : []),
  ],
  PodTemplate: (o) => [name(o), ...containerCells(o['template']), labelsText(record(record(o['template'])['metadata'])['labels'])],
  PodDisruptionBudget: (o, p) => [
    name(o),
    budgetBound(spec(o)['minAvailable']),
    budgetBound(spec(o)['maxUnavailable']),
    number(status(o)['disruptionsAllowed']),
    created(o, p),
  ],
  HorizontalPodAutoscaler: (o, p) => {
    const target = record(spec(o)['scaleTargetRef']);
    const least = spec(o)['minReplicas'];
    return [
      name(o),
      `${text(target['kind'])}/${text(target['name'])}`,
      metricsText(o),
      least === undefined ? '<unset>' : `${least}`,
      number(spec(o)['maxReplicas']),
      number(status(o)['currentReplicas']),
      created(o, p),
    ];
  },
  ControllerRevision: (o, p) => [name(o), revisionController(o), number(o['revision']), created(o, p)],
  NetworkPolicy: (o, p) => [name(o), labelSelectorText(spec(o)['podSelector'] ?? {}), created(o, p)],
  Ingress: (o, p) => [
    name(o),
    text(spec(o)['ingressClassName']) || '<none>',
    hostsText(o),
    loadBalancerText(status(o)['loadBalancer'] as JsonObject, p.wide),
    count(spec(o)['tls']) > 0 ? '80, 443' : '80',
    created(o, p),
  ],
  IngressClass: (o, p) => [name(o), text(spec(o)['controller']), classParameters(o), created(o, p)],
  IPAddress: (o, p) => [name(o), addressParent(o), created(o, p)],
  ServiceCIDR: (o, p) => [name(o), list<string>(spec(o)['cidrs']).join(','), created(o, p)],
  StorageClass: (o, p) => [
    classCells(o),
    text(o['provisioner']),
    text(o['reclaimPolicy']) || 'Delete',
    text(o['volumeBindingMode']) || 'Immediate',
    o['allowVolumeExpansion'] === true,
    created(o, p),
  ],
  VolumeAttributesClass: (o, p) => [classCells(o), text(o['driverName']), created(o, p)],
  VolumeAttachment: (o, p) => [
    name(o),
    text(spec(o)['attacher']),
    text(record(spec(o)['source'])['persistentVolumeName']),
    text(spec(o)['nodeName']),
    status(o)['attached'] === true,
    created(o, p),
  ],
  CSINode: (o, p) => [name(o), count(spec(o)['drivers']), created(o, p)],
  CSIStorageCapacity: (o) => [name(o), text(o['storageClassName']), o['capacity'] === undefined ? '<unset>' : quantity(o['capacity'])],
  RuntimeClass: (o, p) => [name(o), text(o['handler']), created(o, p)],
  APIService: (o, p) => {
    const service = spec(o)['service'] as JsonObject | undefined;
    const available = list(status(o)['conditions']).find((c) => c['type'] === 'Available');
    const state =
      available === undefined
        ? 'Unknown'
        : available['status'] === 'True' || !available['reason']
          ? text(available['status'])
          : `${text(available['status'])} (${text(available['reason'])})`;
    return [name(o), service ? `${text(service['namespace'])}/${text(service['name'])}` : 'Local', state, created(o, p)];
  },
  ComponentStatus: (o) => {
    const health = list(o['conditions']).find((c) => c['type'] === 'Healthy');
    const state = health === undefined ? 'Unknown' : health['status'] === 'True' ? 'Healthy' : 'Unhealthy';
    return [name(o), state, text(health?.['message']), text(health?.['error'])];
  },
  FlowSchema: (o, p) => {
    const method = spec(o)['distinguisherMethod'] as JsonObject | undefined;
    const dangling = list(status(o)['conditions']).find((c) => c['type'] === 'Dangling');
    return [
      name(o),
      text(record(spec(o)['priorityLevelConfiguration'])['name']),
      number(spec(o)['matchingPrecedence']),
      method ? text(method['type']) : '<none>',
      created(o, p),
      dangling ? text(dangling['status']) : '?',
    ];
  },
  StorageVersion: (o, p) => [
    name(o),
    text(status(o)['commonEncodingVersion']) || '<unset>',
    shortList(list(status(o)['storageVersions']).map((v) => `${text(v['apiServerID'])}=${text(v['encodingVersion'])}`)),
    created(o, p),
  ],
  StorageVersionMigration: (o) => {
    const { resource, version, group } = record(spec(o)['resource']);
    const state = list(status(o)['conditions'])
      .filter((c) => c['status'] === 'True')
      .map((c) => text(c['type']));
    return [name(o), [resource, version, group].filter(Boolean).join('.'), state.at(-1) ?? ''];
  },
  Scale: (o, p) => [name(o), number(spec(o)['replicas']), number(status(o)['replicas']), created(o, p)],
  ResourceClaim: (o, p) => [name(o), claimState(o), created(o, p)],
  ResourceSlice: (o, p) => [
    name(o),
    text(spec(o)['nodeName']),
    text(spec(o)['driver']),
    text(record(spec(o)['pool'])['name']),
    created(o, p),
  ],
  DeviceTaintRule: (o, p) => {
    const taint = record(spec(o)['taint']);
    return [name(o), text(taint['key']), text(taint['value']), text(taint['effect']), age(taint['timeAdded'], p.now), created(o, p)];
  },
  LeaseCandidate: (o, p) => [
    name(o),
    text(spec(o)['leaseName']),
    text(spec(o)['binaryVersion']),
    text(spec(o)['emulationVersion']),
    created(o, p),
  ],
  ClusterTrustBundle: (o) => [name(o), text(spec(o)['signerName']) || '<none>'],
  PodCertificateRequest: (o) => {
    const { podName, serviceAccountName, nodeName, signerName, unverifiedUserAnnotations } = spec(o);
    const state = list(status(o)['conditions'])
      .map((c) => text(c['type']))
      .find((type) => ['Issued', 'Denied', 'Failed'].includes(type));
    return [
      name(o),
      text(podName),
      text(serviceAccountName),
      text(nodeName),
      text(signerName),
      state ?? 'Pending',
      labelsText(unverifiedUserAnnotations),
    ];
  },
  ValidatingAdmissionPolicy: (o, p) => [name(o), count(spec(o)['validations']), paramKind(o), created(o, p)],
  MutatingAdmissionPolicy: (o, p) => [name(o), count(spec(o)['mutations']), paramKind(o), created(o, p)],
};
