// What a kubelet may write: its own Node, Lease and pods. Models plugin/pkg/admission/noderestriction/admission.go.
// Left out: volume claims, CSINodes and ResourceSlices beyond their names.
import { isObject, type Json, type JsonObject, jsonEqual } from '../../../base/json';
import { compareBytes } from '../../../base/order';
import { forbidden } from '../../../machinery/status';
import type { Node, OwnerReference, Pod, StringMap } from '../../../machinery/types';
import { nodeNameOf } from '../chain/user';
import { type Refusal, refuse } from '../refusal';
import type { Versioned } from '../storage/versioner';
import type { AdmissionRequest, Needs, Plugin } from './plugin';

const MIRROR = 'kubernetes.io/config.mirror';
const LEASES = 'kube-node-lease';
const OWN_LABELS = 'node-restriction.kubernetes.io';
/** Labels of Kubernetes' own domains that a kubelet sets. */
const KUBELET_LABELS = new Set([
  'kubernetes.io/hostname',
  'kubernetes.io/os',
  'kubernetes.io/arch',
  'beta.kubernetes.io/os',
  'beta.kubernetes.io/arch',
  'beta.kubernetes.io/instance-type',
  'node.kubernetes.io/instance-type',
  'topology.kubernetes.io/zone',
  'topology.kubernetes.io/region',
  'failure-domain.beta.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/region',
]);
const KUBELET_DOMAINS = ['kubelet.kubernetes.io', 'node.kubernetes.io'];

export const nodeRestriction = (needs: Needs): Plugin => {
  function check(request: AdmissionRequest, object: Versioned | null): Refusal | null {
    const node = nodeNameOf(request.user);
    if (node === null) return null;
    const problem = problemOf(needs, request, object, node);
    return problem === null ? null : refuse(forbidden(request.info, request.name, problem));
  }
  return {
    name: 'NodeRestriction',
    mutate: (request, object) => check(request, object) ?? object,
    validate: (request, object) => (object === null ? check(request, null) : null),
  };
};

function problemOf(needs: Needs, request: AdmissionRequest, object: Versioned | null, node: string): string | null {
  switch (`${request.info.group}/${request.info.resource}`) {
    case '/pods':
      return podProblem(needs, request, object, node);
    case '/nodes':
      return nodeProblem(request, object, node);
    case '/serviceaccounts':
      return request.subresource === 'token' && object !== null ? tokenProblem(needs, request, object, node) : null;
    case 'coordination.k8s.io/leases':
      if (request.namespace !== LEASES) return `can only access leases in the "${LEASES}" system namespace`;
      return request.name === node ? null : 'can only access node lease with the same name as the requesting node';
    case 'storage.k8s.io/csinodes':
      return request.name === node ? null : 'can only access CSINode with the same name as the requesting node';
    default:
      return null;
  }
}

// ---- Pods

function podProblem(needs: Needs, request: AdmissionRequest, object: Versioned | null, node: string): string | null {
  const { operation, subresource, old } = request;
  const boundTo = (pod: Versioned | null): string => ((pod?.spec ?? {}) as { readonly nodeName?: string }).nodeName ?? '';
  if (subresource === 'status') {
    if (boundTo(old) !== node) return `node "${node}" can only update pod status for pods with spec.nodeName set to itself`;
    const same = jsonEqual((object?.metadata.labels ?? {}) as Json, (old?.metadata.labels ?? {}) as Json);
    return same ? null : `node "${node}" cannot update labels through pod status`;
  }
  if (subresource === 'eviction') return null;
  if (subresource !== '') return `unexpected pod subresource "${subresource}", only 'status' and 'eviction' are allowed`;
  if (operation === 'DELETE') return boundTo(old) === node ? null : `node "${node}" can only delete pods with spec.nodeName set to itself`;
  if (operation === 'UPDATE') return `unexpected operation "UPDATE", node "${node}" can only create and delete mirror pods`;
  return object === null ? null : mirrorProblem(needs, object as unknown as Pod, node);
}

function mirrorProblem(needs: Needs, { metadata, spec }: Pod, node: string): string | null {
  if (metadata.annotations?.[MIRROR] === undefined)
    return `pod does not have "${MIRROR}" annotation, node "${node}" can only create mirror pods`;
  if (spec.nodeName !== node) return `node "${node}" can only create pods with spec.nodeName set to itself`;
  const wrongOwner = ownerProblem(needs, metadata.ownerReferences ?? [], node);
  if (wrongOwner !== null) return wrongOwner;
  if (spec.serviceAccountName) return `node "${node}" can not create pods that reference a service account`;
  const sources = (spec.volumes ?? []).map((volume) => volume as unknown as JsonObject);
  if (sources.some(({ secret }) => isObject(secret))) return `node "${node}" can not create pods that reference secrets`;
  if (sources.some(({ configMap }) => isObject(configMap))) return `node "${node}" can not create pods that reference configmaps`;
  const claims = sources.some(({ persistentVolumeClaim }) => isObject(persistentVolumeClaim));
  return claims ? `node "${node}" can not create pods that reference persistentvolumeclaims` : null;
}

function ownerProblem(needs: Needs, owners: readonly OwnerReference[], node: string): string | null {
  const [owner, second] = owners;
  const only = `node "${node}" can only create pods with`;
  if (owner === undefined) return `${only} an owner reference set to itself`;
  if (second !== undefined) return `${only} a single owner reference set to itself`;
  const { apiVersion, kind, name, uid, controller, blockOwnerDeletion } = owner;
  if (apiVersion !== 'v1' || kind !== 'Node' || name !== node) return `${only} an owner reference set to itself`;
  if (controller !== true) return `${only} a controller owner reference set to itself`;
  if (blockOwnerDeletion === true) return `node "${node}" must not set blockOwnerDeletion on an owner reference`;
  const known = needs.cached('', 'nodes', '', node)?.metadata.uid ?? '';
  return uid === known ? null : `node ${node} UID mismatch: expected ${known} got ${uid}`;
}

// ---- Nodes

function nodeProblem({ operation, name, old }: AdmissionRequest, object: Versioned | null, node: string): string | null {
  if (name !== node) return `node "${node}" is not allowed to modify node "${name}"`;
  if (object === null) return null;
  const [next, before] = [object as unknown as Node, old as unknown as Node | null];
  const wrong = forbiddenLabels(next.metadata.labels ?? {}, before?.metadata.labels ?? {}).join(', ');
  if (operation === 'CREATE') return wrong === '' ? null : `node "${node}" is not allowed to set the following labels: ${wrong}`;
  if (!jsonEqual((next.spec.taints ?? []) as unknown as Json, (before?.spec.taints ?? []) as unknown as Json))
    return `node "${node}" is not allowed to modify taints`;
  if (wrong !== '') return `is not allowed to modify labels: ${wrong}`;
  const owners = ({ metadata }: Node): Json => (metadata.ownerReferences ?? []) as unknown as Json;
  return before === null || jsonEqual(owners(next), owners(before)) ? null : `node "${node}" is not allowed to modify ownerReferences`;
}

/** Of the labels that differ. */
function forbiddenLabels(next: StringMap, old: StringMap): readonly string[] {
  if (next === old) return [];
  const modified = [...new Set([...Object.keys(next), ...Object.keys(old)])].filter((label) => next[label] !== old[label]);
  return modified.filter(isForbidden).sort(compareBytes);
}

const within = (domain: string, parent: string): boolean => domain === parent || domain.endsWith(`.${parent}`);

function isForbidden(label: string): boolean {
  const domain = label.includes('/') ? label.slice(0, label.indexOf('/')) : '';
  if (within(domain, OWN_LABELS)) return true;
  if (!within(domain, 'kubernetes.io') && !within(domain, 'k8s.io')) return false;
  return !KUBELET_LABELS.has(label) && !KUBELET_DOMAINS.some((own) => within(domain, own));
}

// ---- Tokens

function tokenProblem(needs: Needs, { namespace }: AdmissionRequest, request: Versioned, node: string): string | null {
  const { boundObjectRef: ref } = (request.spec ?? {}) as {
    readonly boundObjectRef?: {
      readonly apiVersion?: string;
      readonly kind?: string;
      readonly name?: string;
      readonly uid?: string;
    } | null;
  };
  if (ref?.apiVersion !== 'v1' || ref.kind !== 'Pod' || !ref.name) return 'node requested token not bound to a pod';
  if (!ref.uid) return 'node requested token with a pod binding without a uid';
  const pod = needs.cached('', 'pods', namespace, ref.name);
  if (pod === null) return null;
  if (pod.metadata.uid !== ref.uid)
    return `the UID in the bound object reference (${ref.uid}) does not match the UID in record. The object might have been deleted and then recreated`;
  const { nodeName } = pod.spec as { readonly nodeName?: string };
  return nodeName === node ? null : 'node requested token bound to a pod scheduled on a different node';
}
