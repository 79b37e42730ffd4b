// A pod runs as a service account and gets its token. Models plugin/pkg/admission/serviceaccount/admission.go.

import { MS } from '../../../base/brand';
import type { Json, JsonObject } from '../../../base/json';
import { forbidden } from '../../../machinery/status';
import type { Container, PodSpec, ServiceAccount, Volume } from '../../../machinery/types';
import type { Task } from '../../../sim/task';
import { Refusal, refuse } from '../refusal';
import type { Versioned } from '../storage/versioner';
import { type AdmissionRequest, isPodCreate, type Needs, type Plugin } from './plugin';

export const TOKEN_MOUNT_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';
const MIRROR = 'kubernetes.io/config.mirror';
const TOKEN_SECONDS = 3_607; // serviceaccount.WarnOnlyBoundTokenExpiration
/** The default account of a new namespace may come a moment later: admission.go getServiceAccount. */
const ATTEMPTS = 10;
const RETRY_US = 100 * MS;
const PODS = { group: '', resource: 'pods' };

export function serviceAccount(needs: Needs): Plugin {
  const nameOf = (object: Versioned): string => (object.spec as unknown as PodSpec).serviceAccountName || 'default';

  return {
    name: 'ServiceAccount',
    *prepare(request, object): Task<Refusal | null> {
      if (!isPodCreate(request)) return null;
      if (object.metadata.annotations?.[MIRROR] !== undefined) return mirrorPod(request, object);
      const name = nameOf(object);
      const attempts = name === 'default' ? ATTEMPTS : 1;
      for (let attempt = 0; attempt < attempts; attempt++) {
        if (needs.cached('', 'serviceaccounts', request.namespace, name) !== null) return null;
        if (attempt > 0) yield* needs.sleep(RETRY_US);
        const live = yield* needs.live('', 'serviceaccounts', request.namespace, name);
        if (live instanceof Refusal) return live;
        if (live !== null) return null;
      }
      const message = `error looking up service account ${request.namespace}/${name}: serviceaccount "${name}" not found`;
      return refuse(forbidden(PODS, request.name, message));
    },
    mutate(request, object): Versioned {
      if (!isPodCreate(request) || object.metadata.annotations?.[MIRROR] !== undefined) return object;
      const name = nameOf(object);
      const account = needs.cached('', 'serviceaccounts', request.namespace, name) as unknown as ServiceAccount | null;
      const podName = object.metadata.name || object.metadata.generateName || '';
      return withServiceAccount(
        object,
        name,
        account,
        () => `kube-api-access-${needs.names.text(`name/volumes/${request.namespace}/${podName}`)}`,
      );
    },
  };
}

function mirrorPod(request: AdmissionRequest, object: Versioned): Refusal | null {
  const spec = object.spec as unknown as PodSpec;
  if (spec.serviceAccountName) return refuse(forbidden(PODS, request.name, 'a mirror pod may not reference service accounts'));
  const uses = (spec.volumes ?? []).some((volume) => 'secret' in volume);
  return uses ? refuse(forbidden(PODS, request.name, 'a mirror pod may not reference secrets')) : null;
}

/** The pod with its account's name, pull secrets and token volume. Pure but for the volume's name. */
export function withServiceAccount(object: Versioned, name: string, account: ServiceAccount | null, volumeName: () => string): Versioned {
  const given = object.spec as unknown as PodSpec;
  let spec: JsonObject = { ...(object.spec as JsonObject), serviceAccountName: name, serviceAccount: name };
  if ((given.imagePullSecrets?.length ?? 0) === 0 && (account?.imagePullSecrets?.length ?? 0) > 0)
    spec = { ...spec, imagePullSecrets: account?.imagePullSecrets as Json };
  const automount = given.automountServiceAccountToken ?? account?.automountServiceAccountToken ?? true;
  return { ...object, spec: automount ? withToken(spec, volumeName) : spec };
}

function withToken(spec: JsonObject, volumeName: () => string): JsonObject {
  const pod = spec as unknown as PodSpec;
  const volumes = pod.volumes ?? [];
  const given = volumes.find((volume) => volume.name.startsWith('kube-api-access-'));
  const name = given?.name ?? volumeName();
  let mounted = false;
  const mountIn = (container: Container): Container => {
    if (container.volumeMounts?.some(({ mountPath }) => mountPath === TOKEN_MOUNT_PATH)) return container;
    mounted = true;
    return { ...container, volumeMounts: [...(container.volumeMounts ?? []), { name, readOnly: true, mountPath: TOKEN_MOUNT_PATH }] };
  };
  const initContainers = pod.initContainers?.map(mountIn);
  const containers = pod.containers?.map(mountIn) ?? [];
  return {
    ...spec,
    ...(mounted && given === undefined ? { volumes: [...volumes, tokenVolume(name)] as unknown as Json } : {}),
    ...(initContainers === undefined ? {} : { initContainers: initContainers as unknown as Json }),
    containers: containers as unknown as Json,
  };
}

const SOURCES = [
  { serviceAccountToken: { expirationSeconds: TOKEN_SECONDS, path: 'token' } },
  { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
  { downwardAPI: { items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }] } },
];
const tokenVolume = (name: string): Volume => ({ name, projected: { sources: SOURCES, defaultMode: 420 } });
