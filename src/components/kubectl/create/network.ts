// kubectl create service and ingress. Models kubectl pkg/cmd/create/create_{service,ingress}.go.
import type { JsonObject } from '../../../base/json';
import type { Task } from '../../../sim/task';
import { fail } from '../errors';
import type { Command, Session } from '../session';
import { CREATE_FLAGS, createObject, nameArgument } from './object';

const service = (type: string, failure: string, flags = ''): Command => ({
  flags: `${CREATE_FLAGS} tcp:list ${flags}`,
  run: (session) => createService(session, type, failure),
});
export const createClusterIP = service('ClusterIP', 'failed to create ClusterIP service: ', 'clusterip');
export const createNodePort = service('NodePort', 'failed to create NodePort service: ', 'node-port:int');
export const createLoadBalancer = service('LoadBalancer', 'failed to create LoadBalancer service: ');
export const createExternalName: Command = {
  ...service('ExternalName', 'failed to create ExternalName service: ', 'external-name'),
  required: ['external-name'],
};
export const createIngress: Command = { flags: `${CREATE_FLAGS} class rule:array default-backend annotation:array`, run: ingress };

function* createService(session: Session, type: string, failure: string): Task<void> {
  const name = nameArgument(session);
  const { flags } = session;
  const clusterIP = flags.text('clusterip');
  const tcp = flags.list('tcp');
  if (type !== 'ExternalName' && clusterIP !== 'None' && tcp.length === 0) throw fail('at least one tcp port specifier must be provided');
  const nodePort = flags.int('node-port', 0);
  const ports = tcp.map((text): JsonObject => ({ ...portOf(text), ...(nodePort > 0 ? { nodePort } : {}) }));
  const labels = { app: name };
  const object = {
    kind: 'Service',
    apiVersion: 'v1',
    metadata: { name, labels },
    spec: {
      ...(ports.length > 0 ? { ports } : {}),
      selector: labels,
      ...(clusterIP === '' ? {} : { clusterIP }),
      type,
      ...(type === 'ExternalName' ? { externalName: flags.text('external-name') } : {}),
    },
    status: { loadBalancer: {} },
  };
  yield* createObject(session, object, { failure });
}

/** `80:8080` -> a port named `80-8080`. */
function portOf(text: string): JsonObject {
  const [port = '', target = port] = text.split(':');
  if (!/^\d+$/.test(port) || Number(port) > 65_535) throw fail(`invalid port format: ${text}`);
  const targetPort = /^\d+$/.test(target) ? Number(target) : target;
  return { name: text.replaceAll(':', '-'), protocol: 'TCP', port: Number(port), targetPort };
}

/** `host/path=service:port[,tls[=secret]]`. */
function* ingress(session: Session): Task<void> {
  const name = nameArgument(session);
  const { flags } = session;
  const rules = new Map<string, JsonObject[]>();
  const tls: JsonObject[] = [];
  for (const text of flags.list('rule')) {
    const match = /^([^/=]*)\/([^=]*)=([^:]+):([^,]+)(?:,tls(?:=(.+))?)?$/.exec(text);
    if (match === null) throw fail(`rule ${text} is invalid and should be in format host/path=svcname:svcport[,tls[=secret]]`);
    const [whole, host = '', path = '', backend = '', port = '', secret] = match;
    const exact = !path.endsWith('*');
    rules.set(host, [
      ...(rules.get(host) ?? []),
      { path: `/${exact ? path : path.slice(0, -1)}`, pathType: exact ? 'Exact' : 'Prefix', backend: backendOf(backend, port) },
    ]);
    if (/,tls/.test(whole))
      tls.push({ ...(host === '' ? {} : { hosts: [host] }), ...(secret === undefined ? {} : { secretName: secret }) });
  }
  const fallback = flags.text('default-backend').split(':');
  if (rules.size === 0 && fallback.length < 2)
    throw fail(
      'not enough information provided: every ingress has to either specify a default-backend (which catches all traffic) or a list of rules (which catch specific paths)',
    );
  const annotations = Object.fromEntries(
    flags.list('annotation').map((pair) => [pair.split('=')[0] ?? '', pair.slice(pair.indexOf('=') + 1)]),
  );
  const object = {
    kind: 'Ingress',
    apiVersion: 'networking.k8s.io/v1',
    metadata: { name, ...(flags.has('annotation') ? { annotations } : {}) },
    spec: {
      ...(flags.has('class') ? { ingressClassName: flags.text('class') } : {}),
      ...(fallback.length === 2 ? { defaultBackend: backendOf(fallback[0] ?? '', fallback[1] ?? '') } : {}),
      ...(tls.length > 0 ? { tls } : {}),
      ...(rules.size > 0 ? { rules: [...rules].map(([host, paths]) => ({ ...(host === '' ? {} : { host }), http: { paths } })) } : {}),
    },
    status: { loadBalancer: {} },
  };
  yield* createObject(session, object, { failure: 'failed to create ingress: ' });
}

const backendOf = (name: string, port: string): JsonObject => ({
  service: { name, port: /^\d+$/.test(port) ? { number: Number(port) } : { name: port } },
});
