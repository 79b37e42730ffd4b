// kubectl expose. Models kubectl pkg/cmd/expose and polymorphichelpers (ports, selectors and protocols of an object).
import type { JsonObject } from '../../base/json';
import { findKind, resourcePath } from '../../machinery/resources';
import type { Task } from '../../sim/task';
import { visitInfos } from './builder';
import { dryRunOf, say } from './create/object';
import { fail } from './errors';
import { ANY } from './http';
import { type Command, namespaceOf, type Session } from './session';

export const expose: Command = {
  flags: `port target-port name protocol type selector l/labels external-ip load-balancer-ip cluster-ip session-affinity f/filename:list R/recursive:bool k/kustomize
    o/output dry-run:string=unchanged field-manager overrides override-type save-config:bool template show-managed-fields:bool`,
  run: runExpose,
};

const EXPOSED = ['Pod', 'Service', 'ReplicationController', 'Deployment', 'ReplicaSet'];

function* runExpose(session: Session): Task<void> {
  const services = findKind('v1', 'Service');
  if (services === null) return;
  yield* visitInfos(session, { accept: ANY }, function* (info) {
    if (!EXPOSED.includes(info.mapping.kind))
      throw fail(`cannot expose a ${info.mapping.kind}${info.mapping.group === '' ? '' : `.${info.mapping.group}`}`);
    const service = serviceOf(session, info.object ?? {}, info.name);
    const dryRun = dryRunOf(session);
    let made: JsonObject = service;
    if (dryRun !== 'client') {
      const query = {
        dryRun: dryRun === 'server' ? 'All' : undefined,
        fieldManager: session.flags.text('field-manager', 'kubectl-expose'),
      };
      made = (yield* session.http.send('POST', resourcePath(services, namespaceOf(session)), {
        accept: ANY,
        query,
        body: service,
      })) as JsonObject;
    }
    say(session, made, 'exposed');
  });
}

const at = (object: JsonObject, ...path: readonly string[]): unknown =>
  path.reduce<unknown>((value, key) => (value as JsonObject | undefined)?.[key], object);

function serviceOf(session: Session, object: JsonObject, name: string): JsonObject {
  const { flags } = session;
  const labels = flags.has('labels') ? pairs(flags.text('labels')) : (at(object, 'metadata', 'labels') as JsonObject | undefined);
  const type = flags.text('type');
  const clusterIP = flags.text('cluster-ip');
  const spec: JsonObject = {
    ports: portsOf(session, object),
    selector: selectorOf(session, object),
    ...(type === '' ? {} : { type }),
    ...(clusterIP === '' ? {} : { clusterIP }),
    ...(flags.has('external-ip') ? { externalIPs: [flags.text('external-ip')] } : {}),
    ...(flags.has('load-balancer-ip') && type === 'LoadBalancer' ? { loadBalancerIP: flags.text('load-balancer-ip') } : {}),
    ...(flags.has('session-affinity') ? { sessionAffinity: flags.text('session-affinity') } : {}),
  };
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { ...(labels ? { labels } : {}), name: flags.text('name') || name },
    spec,
    status: { loadBalancer: {} },
  };
}

const pairs = (text: string): JsonObject =>
  Object.fromEntries(text.split(',').map((pair) => [pair.split('=')[0] ?? '', pair.slice(pair.indexOf('=') + 1)]));

function selectorOf(session: Session, object: JsonObject): JsonObject {
  const given = session.flags.text('selector');
  if (given !== '') return pairs(given);
  const kind = object['kind'];
  const found =
    kind === 'Pod'
      ? at(object, 'metadata', 'labels')
      : kind === 'Service' || kind === 'ReplicationController'
        ? at(object, 'spec', 'selector')
        : at(object, 'spec', 'selector', 'matchLabels');
  const expressions = at(object, 'spec', 'selector', 'matchExpressions');
  if (Array.isArray(expressions) && expressions.length > 0) {
    throw fail(
      `couldn't retrieve selectors via --selector flag or introspection: couldn't convert expressions - "[${expressions.length}]" to map-based selector format`,
    );
  }
  if (!found || Object.keys(found).length === 0) {
    throw fail(
      kind === 'Pod'
        ? `couldn't retrieve selectors via --selector flag or introspection: the pod has no labels and cannot be exposed`
        : `couldn't retrieve selectors via --selector flag or introspection: invalid ${String(kind).toLowerCase()}: no selectors, therefore cannot be exposed`,
    );
  }
  return found as JsonObject;
}

function portsOf(session: Session, object: JsonObject): JsonObject[] {
  const { flags } = session;
  const own = containerPorts(object);
  const given = flags.text('port');
  const numbers = given === '' ? [...new Set(own.map(({ port }) => port))] : given.split(',');
  if (numbers.length === 0) throw fail(`couldn't find port via --port flag or introspection`);
  const target = flags.text('target-port');
  return numbers.map((port, i): JsonObject => {
    const protocol = flags.text('protocol') || own.find((known) => known.port === port)?.protocol || 'TCP';
    const targetText = target === '' ? port : target;
    return {
      ...(numbers.length > 1 ? { name: `port-${i + 1}` } : {}),
      port: Number(port),
      protocol,
      targetPort: /^\d+$/.test(targetText) ? Number(targetText) : targetText,
    };
  });
}

function containerPorts(object: JsonObject): { port: string; protocol: string }[] {
  if (object['kind'] === 'Service') {
    return ((at(object, 'spec', 'ports') ?? []) as readonly JsonObject[]).map((port) => ({
      port: String(port['port']),
      protocol: String(port['protocol'] ?? 'TCP'),
    }));
  }
  const pod = object['kind'] === 'Pod' ? at(object, 'spec') : at(object, 'spec', 'template', 'spec');
  const containers = ((pod as JsonObject | undefined)?.['containers'] ?? []) as readonly JsonObject[];
  return containers.flatMap((container) =>
    ((container['ports'] ?? []) as readonly JsonObject[]).map((port) => ({
      port: String(port['containerPort']),
      protocol: String(port['protocol'] ?? 'TCP'),
    })),
  );
}
