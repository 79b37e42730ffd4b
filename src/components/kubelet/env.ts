// The environment of a container: its spec's variables, ConfigMaps, Secrets, fields of the pod, and the
// addresses of services. Models kubernetes pkg/kubelet/kubelet_pods.go (makeEnvironmentVariables),
// pkg/kubelet/envvars and pkg/fieldpath. Left out: files in volumes as a source (FileKeyRef).
import type { JsonObject } from '../../base/json';
import { err, ok, type Result } from '../../base/result';
import type { ConfigMap, Container, EnvVar, Pod, Secret, Service } from '../../machinery/types';
import { base64Text } from './base64';
import { expand } from './expansion';
import { containerResource, podField } from './field-path';

export interface EnvSources {
  /** Null before the services are known. */
  readonly services: readonly Service[] | null;
  readonly configMap: (name: string) => Result<ConfigMap | null>;
  readonly secret: (name: string) => Result<Secret | null>;
  readonly podIps: readonly string[];
  readonly hostIp: string;
  readonly nodeAllocatable: { readonly [resource: string]: string };
}
interface Reference {
  readonly name: string;
  readonly key: string;
  readonly optional?: boolean;
}

/** Name and value in the order in which they are given to the engine; the error is the message that
 *  `CreateContainerConfigError` shows. */
export function environmentOf(pod: Pod, container: Container, sources: EnvSources, isStatic: boolean): Result<readonly EnvVar[]> {
  if (sources.services === null && !isStatic) return err('services have not yet been read at least once, cannot construct envvars');
  const { enableServiceLinks } = pod.spec;
  if (enableServiceLinks === undefined) return err('nil pod.spec.enableServiceLinks encountered, cannot construct envvars');
  const services = serviceEnvironment(sources.services ?? [], pod.metadata.namespace ?? '', enableServiceLinks);
  const values = new Map<string, string>();
  const fromAll = addEnvFrom(values, container, sources);
  if (!fromAll.ok) return fromAll;
  for (const variable of container.env ?? []) {
    const value =
      variable.valueFrom === undefined
        ? ok(expand(variable.value ?? '', (name) => values.get(name) ?? services.get(name)))
        : valueFrom(variable.valueFrom, pod, container, sources);
    if (!value.ok) return value;
    if (value.value !== null) values.set(variable.name, value.value);
  }
  for (const [name, value] of services) if (!values.has(name)) values.set(name, value);
  return ok([...values].map(([name, value]) => ({ name, value })));
}

function addEnvFrom(values: Map<string, string>, container: Container, sources: EnvSources): Result<null> {
  for (const source of container.envFrom ?? []) {
    const prefix = String(source.prefix ?? '');
    const { configMapRef, secretRef } = source as { readonly configMapRef?: Reference; readonly secretRef?: Reference };
    if (configMapRef !== undefined) {
      const found = required(sources.configMap(configMapRef.name), configMapRef);
      if (!found.ok) return found;
      for (const [key, value] of Object.entries(found.value?.data ?? {})) values.set(prefix + key, value);
    }
    if (secretRef !== undefined) {
      const found = required(sources.secret(secretRef.name), secretRef);
      if (!found.ok) return found;
      for (const [key, value] of Object.entries(found.value?.data ?? {})) values.set(prefix + key, base64Text(value));
    }
  }
  return ok(null);
}

/** Null: leave the variable out. */
function valueFrom(from: JsonObject, pod: Pod, container: Container, sources: EnvSources): Result<string | null> {
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef } = from as {
    readonly fieldRef?: { readonly fieldPath: string };
    readonly resourceFieldRef?: { readonly resource: string; readonly containerName?: string; readonly divisor?: string };
    readonly configMapKeyRef?: Reference;
    readonly secretKeyRef?: Reference;
  };
  if (fieldRef !== undefined) return fieldValue(fieldRef.fieldPath, pod, sources);
  if (resourceFieldRef !== undefined) return ok(containerResource(pod, container, resourceFieldRef, sources.nodeAllocatable));
  const where = pod.metadata.namespace ?? '';
  if (configMapKeyRef !== undefined) {
    const found = required(sources.configMap(configMapKeyRef.name), configMapKeyRef);
    return found.ok ? keyOf(found.value?.data, configMapKeyRef, `ConfigMap ${where}/`) : found;
  }
  if (secretKeyRef !== undefined) {
    const found = required(sources.secret(secretKeyRef.name), secretKeyRef);
    if (!found.ok) return found;
    const value = keyOf(found.value?.data, secretKeyRef, `Secret ${where}/`);
    return value.ok && value.value !== null ? ok(base64Text(value.value)) : value;
  }
  return ok(null);
}

function fieldValue(path: string, pod: Pod, { podIps, hostIp }: EnvSources): Result<string> {
  switch (path) {
    case 'status.podIP':
      return ok(podIps[0] ?? '');
    case 'status.podIPs':
      return ok(podIps.join(','));
    case 'status.hostIP':
    case 'status.hostIPs':
      return ok(hostIp);
    default:
      return podField(pod, path);
  }
}

/** What is missing is an error, but for what is optional. */
const required = <T>(found: Result<T | null>, { optional }: { readonly optional?: boolean }): Result<T | null> =>
  !found.ok && optional ? ok(null) : found;

function keyOf(
  data: { readonly [key: string]: string } | undefined,
  { name, key, optional }: Reference,
  what: string,
): Result<string | null> {
  const value = data?.[key];
  if (value !== undefined) return ok(value);
  return optional ? ok(null) : err(`couldn't find key ${key} in ${what}${name}`);
}

// ---- Services

/** Variables for the services of the pod's namespace, and always for `kubernetes` of the namespace `default`.
 *  Names sort as bytes; upstream's order is that of a Go map. */
export function serviceEnvironment(services: readonly Service[], namespace: string, links: boolean): ReadonlyMap<string, string> {
  const chosen = new Map<string, Service>();
  for (const service of services) {
    const { name, namespace: where } = service.metadata;
    const { clusterIP } = service.spec;
    if (clusterIP === undefined || clusterIP === '' || clusterIP === 'None') continue;
    const isMaster = where === 'default' && name === 'kubernetes';
    if (where === namespace && (links || name === 'kubernetes')) chosen.set(name, service);
    else if (isMaster && !chosen.has(name)) chosen.set(name, service);
  }
  const variables = new Map<string, string>();
  for (const service of chosen.values()) addService(variables, service);
  return variables;
}

function addService(variables: Map<string, string>, { metadata, spec }: Service): void {
  const name = metadata.name.replaceAll('-', '_').toUpperCase();
  const ports = spec.ports ?? [];
  const [first] = ports;
  const address = spec.clusterIP ?? '';
  variables.set(`${name}_SERVICE_HOST`, address);
  variables.set(`${name}_SERVICE_PORT`, String(first?.port ?? ''));
  for (const port of ports)
    if (port.name) variables.set(`${name}_SERVICE_PORT_${port.name.replaceAll('-', '_').toUpperCase()}`, String(port.port));
  for (const [i, { port, protocol = 'TCP' }] of ports.entries()) {
    const kind = protocol.toLowerCase();
    const url = `${kind}://${address.includes(':') ? `[${address}]` : address}:${port}`;
    const prefix = `${name}_PORT_${port}_${protocol.toUpperCase()}`;
    if (i === 0) variables.set(`${name}_PORT`, url);
    variables.set(prefix, url);
    variables.set(`${prefix}_PROTO`, kind);
    variables.set(`${prefix}_PORT`, String(port));
    variables.set(`${prefix}_ADDR`, address);
  }
}
