// Below the kubelet a Pod is an id. Which Pod, and which container of it, an id stands for is told once, when
// the sandbox or the container is made.
import { isObject, type Json, type JsonObject } from '../base/json';
import type { Payload } from '../wire/payload';

export interface RuntimeName {
  readonly namespace: string;
  readonly pod: string;
  /** Null for the sandbox. */
  readonly container: string | null;
}

const ANNOTATION = 'io.kubernetes.cri.';

export class RuntimeNames {
  private readonly names = new Map<string, RuntimeName>();

  /** Takes in a record's payload; `request` is what it answers. */
  take(payload: Payload, request: Payload | undefined): void {
    if (payload.kind === 'request' && payload.protocol === 'runc' && payload.rpc === 'create') this.learn(payload.body.id, payload.body);
    if (payload.kind !== 'response' || payload.protocol !== 'cri' || payload.error !== null) return;
    if (request?.kind !== 'request' || request.protocol !== 'cri') return;
    if (payload.rpc === 'RunPodSandbox') this.learn(payload.body.podSandboxId, request.body);
    if (payload.rpc === 'CreateContainer') this.learn(payload.body.containerId, request.body);
  }

  /** What a call is about, by what it says itself or by the id that it gives. */
  of(body: JsonObject): RuntimeName | null {
    const said = nameIn(body);
    if (said !== null) return said;
    for (const id of [body.containerId, body.podSandboxId, body.id]) {
      const name = typeof id === 'string' ? this.names.get(id) : undefined;
      if (name !== undefined) return name;
    }
    return null;
  }

  private learn(id: Json | undefined, body: JsonObject): void {
    const name = this.of(body);
    if (typeof id === 'string' && name !== null) this.names.set(id, name);
  }
}

/** From a sandbox's configuration, an OCI bundle's annotations, or CNI's arguments. */
function nameIn(body: JsonObject): RuntimeName | null {
  for (const config of [body.config, body.sandboxConfig]) {
    if (isObject(config) && isObject(config.metadata)) {
      const name = named(config.metadata.namespace, config.metadata.name, ownContainer(body));
      if (name !== null) return name;
    }
  }
  const { annotations, args } = body;
  if (isObject(annotations)) {
    const of = (name: string): Json | undefined => annotations[`${ANNOTATION}${name}`];
    return named(of('sandbox-namespace'), of('sandbox-name'), of('container-name'));
  }
  return isObject(args) ? named(args.K8S_POD_NAMESPACE, args.K8S_POD_NAME, undefined) : null;
}

/** The container's name, where a container's configuration goes with that of its sandbox. */
const ownContainer = ({ config, sandboxConfig }: JsonObject): Json | undefined =>
  sandboxConfig !== undefined && isObject(config) && isObject(config.metadata) ? config.metadata.name : undefined;

const named = (namespace: Json | undefined, pod: Json | undefined, container: Json | undefined): RuntimeName | null =>
  typeof namespace === 'string' && typeof pod === 'string'
    ? { namespace, pod, container: typeof container === 'string' ? container : null }
    : null;
