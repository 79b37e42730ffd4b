// The cells of the kinds that this cluster lives on. Models the print functions of
// pkg/printers/internalversion/printers.go.
import type { JsonObject } from '../../base/json';
import { compareBytes } from '../../base/order';
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
  record,
  shortList,
  text,
} from './cells';
import { podCells } from './pod-row';

export type RowPrinter = (object: Printed, printing: Printing) => Cell[];

function nodeCells(node: Printed, printing: Printing): Cell[] {
  const status = record(node.status);
  const ready = list(status['conditions'])
    .filter((c) => c['type'] === 'Ready')
    .at(-1);
  const states = [ready === undefined ? 'Unknown' : ready['status'] === 'True' ? 'Ready' : 'NotReady'];
  if (node.spec?.['unschedulable'] === true) states.push('SchedulingDisabled');
  const info = record(status['nodeInfo']);
  const cells: Cell[] = [
    name(node),
    states.join(','),
    nodeRoles(node).join(',') || '<none>',
    created(node, printing),
    text(info['kubeletVersion']),
  ];
  if (!printing.wide) return cells;
  const address = (type: string): string => text(list(status['addresses']).find((a) => a['type'] === type)?.['address']) || '<none>';
  const kernel = text(info['kernelVersion']) || '<unknown>';
  const architecture = text(info['architecture']);
  return [
    ...cells,
    address('InternalIP'),
    address('ExternalIP'),
    text(info['osImage']) || '<unknown>',
    architecture ? `${kernel} (${architecture})` : kernel,
    text(info['containerRuntimeVersion']) || '<unknown>',
  ];
}

/** Roles by the labels node-role.kubernetes.io/ROLE and kubernetes.io/role. */
export function nodeRoles(node: Printed): string[] {
  const roles = new Set<string>();
  for (const [key, value] of Object.entries(node.metadata.labels ?? {})) {
    if (key.startsWith('node-role.kubernetes.io/')) {
      if (key.length > 24) roles.add(key.slice(24));
    } else if (key === 'kubernetes.io/role' && value !== '') roles.add(value);
  }
  return [...roles].sort(compareBytes);
}

function serviceCells(service: Printed, printing: Printing): Cell[] {
  const spec = record(service.spec);
  const ports = list(spec['ports']).map((port) =>
    number(port['nodePort']) > 0 ? `${port['port']}:${port['nodePort']}/${port['protocol']}` : `${port['port']}/${port['protocol']}`,
  );
  const cells: Cell[] = [
    name(service),
    text(spec['type']),
    list<string>(spec['clusterIPs'])[0] ?? '<none>',
    externalIP(service, printing.wide),
    ports.join(',') || '<none>',
    created(service, printing),
  ];
  return printing.wide ? [...cells, labelsText(spec['selector'])] : cells;
}

function externalIP(service: Printed, wide: boolean): string {
  const spec = record(service.spec);
  const externalIPs = list<string>(spec['externalIPs']);
  switch (spec['type']) {
    case 'ClusterIP':
    case 'NodePort':
      return externalIPs.join(',') || '<none>';
    case 'LoadBalancer': {
      const balancer = loadBalancerText(record(service.status)['loadBalancer'] as JsonObject | undefined, wide);
      return [...(balancer ? balancer.split(',') : []), ...externalIPs].join(',') || '<pending>';
    }
    case 'ExternalName':
      return text(spec['externalName']);
    default:
      return '<unknown>';
  }
}

/** Addresses or names of a load balancer; cut to 16 characters unless wide. */
export function loadBalancerText(balancer: JsonObject | undefined, wide: boolean): string {
  const found = new Set(list(balancer?.['ingress']).map((i) => text(i['ip']) || text(i['hostname'])));
  found.delete('');
  const joined = [...found].sort(compareBytes).join(',');
  return !wide && joined.length > 16 ? `${joined.slice(0, 13)}...` : joined;
}

function endpointsText(endpoints: Printed): string {
  const subsets = list(endpoints['subsets']);
  if (subsets.length === 0) return '<none>';
  const all = subsets.flatMap((subset) => {
    const ips = list(subset['addresses']).map((a) => text(a['ip']));
    const ports = list(subset['ports']);
    return ports.length === 0 ? ips : ports.flatMap((port) => ips.map((ip) => `${ip.includes(':') ? `[${ip}]` : ip}:${port['port']}`));
  });
  return shortList(all, '');
}

function eventCells(event: Printed, { now, wide }: Printing): Cell[] {
  // events.k8s.io names some fields anew.
  const involved = record(event['involvedObject'] ?? event['regarding']);
  const source = record(event['source'] ?? event['deprecatedSource']);
  const series = event['series'] as JsonObject | undefined;
  const first = age(event['firstTimestamp'] ?? event['deprecatedFirstTimestamp'] ?? event['eventTime'], now);
  const lastAt = series ? series['lastObservedTime'] : (event['lastTimestamp'] ?? event['deprecatedLastTimestamp']);
  const last = lastAt || series ? age(lastAt, now) : first;
  const times = number(series ? series['count'] : (event['count'] ?? event['deprecatedCount'])) || (series ? 0 : 1);
  const kind = text(involved['kind']).toLowerCase();
  const target = involved['name'] ? `${kind}/${text(involved['name'])}` : kind;
  const message = text(event['message'] ?? event['note']).trim();
  const head: Cell[] = [last, text(event['type']), text(event['reason']), target];
  if (!wide) return [...head, message];
  const component = text(source['component']) || text(event['reportingComponent'] ?? event['reportingController']);
  const host = text(source['host']) || text(event['reportingInstance']);
  return [...head, text(involved['fieldPath']), host ? `${component}, ${host}` : component, message, first, times, name(event)];
}

function deploymentCells(deployment: Printed, printing: Printing): Cell[] {
  const spec = record(deployment.spec);
  const status = record(deployment.status);
  const selector = labelSelectorText(spec['selector']);
  return [
    name(deployment),
    `${number(status['readyReplicas'])}/${number(spec['replicas'])}`,
    number(status['updatedReplicas']),
    number(status['availableReplicas']),
    created(deployment, printing),
    ...(printing.wide ? [...containerCells(spec['template']), selector === '<none>' ? '' : selector] : []),
  ];
}

function replicaSetCells(set: Printed, printing: Printing): Cell[] {
  const spec = record(set.spec);
  const status = record(set.status);
  return [
    name(set),
    number(spec['replicas']),
    number(status['replicas']),
    number(status['readyReplicas']),
    created(set, printing),
    ...(printing.wide ? [...containerCells(spec['template']), labelSelectorText(spec['selector'])] : []),
  ];
}

function daemonSetCells(set: Printed, printing: Printing): Cell[] {
  const spec = record(set.spec);
  const status = record(set.status);
  const numbers = ['desiredNumberScheduled', 'currentNumberScheduled', 'numberReady', 'updatedNumberScheduled', 'numberAvailable'];
  return [
    name(set),
    ...numbers.map((field) => number(status[field])),
    labelsText(record(record(spec['template'])['spec'])['nodeSelector']),
    created(set, printing),
    ...(printing.wide ? [...containerCells(spec['template']), labelSelectorText(spec['selector'])] : []),
  ];
}

function bindingCells(binding: Printed, printing: Printing): Cell[] {
  const role = record(binding['roleRef']);
  const cells: Cell[] = [name(binding), `${text(role['kind'])}/${text(role['name'])}`, created(binding, printing)];
  if (!printing.wide) return cells;
  const subjects = list(binding['subjects']);
  const named = (kind: string): string =>
    subjects
      .filter((s) => s['kind'] === kind)
      .map((s) => text(s['name']))
      .join(', ');
  const accounts = subjects
    .filter((s) => s['kind'] === 'ServiceAccount')
    .map((s) => (s['namespace'] ? `${text(s['namespace'])}/${text(s['name'])}` : text(s['name'])));
  return [...cells, named('User'), named('Group'), accounts.join(', ')];
}

export const ROWS: { readonly [kind: string]: RowPrinter } = {
  Pod: podCells,
  Node: nodeCells,
  Service: serviceCells,
  Event: eventCells,
  Deployment: deploymentCells,
  ReplicaSet: replicaSetCells,
  DaemonSet: daemonSetCells,
  RoleBinding: bindingCells,
  ClusterRoleBinding: bindingCells,
  Endpoints: (o, p) => [name(o), endpointsText(o), created(o, p)],
  EndpointSlice: (o, p) => [
    name(o),
    text(o['addressType']),
    shortList(list(o['ports']).map((port) => `${port['port'] ?? port['name'] ?? '*'}`)),
    shortList(list(o['endpoints']).flatMap((e) => list<string>(e['addresses']))),
    created(o, p),
  ],
  ConfigMap: (o, p) => [name(o), count(o['data']) + count(o['binaryData']), created(o, p)],
  Secret: (o, p) => [name(o), text(o['type']), count(o['data']), created(o, p)],
  ServiceAccount: (o, p) => [name(o), created(o, p)],
  Namespace: (o, p) => [name(o), text(record(o.status)['phase']), created(o, p)],
  Lease: (o, p) => [name(o), text(record(o.spec)['holderIdentity']), created(o, p)],
  PriorityClass: (o, p) => [
    name(o),
    number(o['value']),
    o['globalDefault'] === true,
    created(o, p),
    ...(p.wide ? [text(o['preemptionPolicy'])] : []),
  ],
};
