// describe ingress, servicecidr, ipaddress. Models kubectl pkg/describe.
import type { JsonObject } from '../../../base/json';
import { compareBytes } from '../../../base/order';
import { metaOf } from '../../../machinery/object';
import type { Task } from '../../../sim/task';
import { ApiError, CommandError } from '../errors';
import type { Describer, Describing } from './describing';
import { type Description, dateText, listOf, objectOf, textOf } from './description';
import { endpointsText, slicesOf } from './network';

export const describeIngress: Describer = function* (describing, object) {
  const events = yield* describing.events(object);
  const w = describing.begin();
  const { name = '', namespace = '', labels, annotations } = metaOf(object);
  const spec = objectOf(object, 'spec');
  const ingress = listOf(objectOf(objectOf(object, 'status'), 'loadBalancer'), 'ingress');
  const addresses = new Set(ingress.map((entry) => textOf(entry, 'ip') || textOf(entry, 'hostname')).filter((text) => text !== ''));
  w.line(0, 'Name:', name);
  w.labels('Labels', labels);
  w.line(0, 'Namespace:', namespace);
  w.line(0, 'Address:', [...addresses].sort(compareBytes).join(','));
  w.line(0, 'Ingress Class:', textOf(spec, 'ingressClassName') || '<none>');
  const backend = spec['defaultBackend'] as JsonObject | undefined;
  const defaultText = backend === undefined ? '<default>' : yield* backendText(describing, namespace, backend);
  w.line(0, 'Default backend:', defaultText);
  describeTls(w, listOf(spec, 'tls'));
  w.line(0, 'Rules:');
  w.line(1, 'Host', 'Path', 'Backends');
  w.line(1, '----', '----', '--------');
  const rules = listOf(spec, 'rules').filter((rule) => rule['http'] !== undefined);
  for (const rule of rules) {
    w.line(1, textOf(rule, 'host') || '*', '');
    for (const path of listOf(objectOf(rule, 'http'), 'paths'))
      w.line(2, '', `${textOf(path, 'path')} `, yield* backendText(describing, namespace, objectOf(path, 'backend')));
  }
  if (rules.length === 0) w.line(1, '*', '*', defaultText);
  w.annotations('Annotations', annotations);
  describing.describeEvents(w, events);
  return w;
};

function describeTls(w: Description, tls: readonly JsonObject[]): void {
  if (tls.length > 0) w.line(0, 'TLS:');
  for (const entry of tls) {
    const secret = textOf(entry, 'secretName');
    const hosts = ((entry['hosts'] ?? []) as readonly string[]).join(',');
    w.line(1, secret === '' ? `SNI routes ${hosts}` : `${secret} terminates ${hosts}`);
  }
}

/** `web:80 (10.244.1.4:80)`, with what stands behind the service. */
function* backendText(describing: Describing, namespace: string, backend: JsonObject): Task<string> {
  const resource = backend['resource'] as JsonObject | undefined;
  if (resource !== undefined)
    return `APIGroup: ${textOf(resource, 'apiGroup') || '<none>'}, Kind: ${textOf(resource, 'kind')}, Name: ${textOf(resource, 'name')}`;
  const target = objectOf(backend, 'service');
  const port = objectOf(target, 'port');
  const name = textOf(target, 'name');
  const text = `${name}:${textOf(port, 'number') || textOf(port, 'name')}`;
  const slices = yield* slicesOf(describing, namespace, name);
  const service = yield* describing.get('v1', 'Service', namespace, name);
  if (service instanceof CommandError) return `${text} (<error: ${service instanceof ApiError ? service.message : service.text}>)`;
  const ports = listOf(objectOf(service, 'spec'), 'ports');
  const found = ports.find((p) => (port['number'] ? port['number'] === p['port'] : port['name'] === p['name']));
  return `${text} (${endpointsText(slices, textOf(found, 'name'))})`;
}

// ---- Addresses of services

export const describeServiceRange: Describer = function* (describing, object) {
  const events = yield* describing.events(object);
  const w = describing.begin();
  w.names(object, false);
  w.marks(object);
  w.line(0, 'CIDRs:', ((objectOf(object, 'spec')['cidrs'] ?? []) as readonly string[]).join(', '));
  const conditions = listOf(objectOf(object, 'status'), 'conditions');
  if (conditions.length > 0) {
    w.line(0, 'Status:');
    w.line(0, 'Conditions:');
    w.line(1, 'Type', 'Status', 'LastTransitionTime', 'Reason', 'Message');
    w.line(1, '----', '------', '------------------', '------', '-------');
  }
  for (const c of conditions)
    w.line(1, textOf(c, 'type'), textOf(c, 'status'), dateText(textOf(c, 'lastTransitionTime')), textOf(c, 'reason'), textOf(c, 'message'));
  describing.describeEvents(w, events);
  return w;
};

export const describeAddress: Describer = function* (describing, object) {
  const events = yield* describing.events(object);
  const w = describing.begin();
  w.names(object, false);
  w.marks(object);
  const parent = objectOf(object, 'spec')['parentRef'] as JsonObject | undefined;
  if (parent !== undefined) w.line(0, 'Parent Reference:');
  for (const field of parent === undefined ? [] : ['group', 'resource', 'namespace', 'name'])
    w.line(1, `${field.slice(0, 1).toUpperCase()}${field.slice(1)}:`, textOf(parent, field));
  describing.describeEvents(w, events);
  return w;
};
