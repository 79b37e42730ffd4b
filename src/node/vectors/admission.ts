// ../shared/vectors/admission.json: single admission plugins, against components/kube-apiserver/admission.
import { type Json, type JsonObject, jsonEqual } from '../../base/json';
import { pluginsOf } from '../../components/kube-apiserver/admission/admission';
import { type LimitItem, podProblems } from '../../components/kube-apiserver/admission/limit-ranger';
import { namespaceLifecycle } from '../../components/kube-apiserver/admission/namespace-lifecycle';
import type { AdmissionRequest, Needs } from '../../components/kube-apiserver/admission/plugin';
import {
  priorityClassProblem,
  priorityOf,
  withDefaultTolerations,
  withExtendedResourceTolerations,
  withNotReadyTaint,
  withRuntimeClass,
} from '../../components/kube-apiserver/admission/pod-defaults';
import { LATEST_MINOR, type PodLike, violationOf } from '../../components/kube-apiserver/admission/pod-security-checks';
import { withServiceAccount } from '../../components/kube-apiserver/admission/service-account';
import { Refusal } from '../../components/kube-apiserver/refusal';
import type { Versioned } from '../../components/kube-apiserver/storage/versioner';
import { findResource } from '../../machinery/resources';
import type { PriorityClass, ServiceAccount, Toleration } from '../../machinery/types';
import type { Task } from '../../sim/task';
import type { Adapter } from './adapter';

interface Case {
  readonly id: string;
  readonly group: string;
  readonly input: JsonObject;
  readonly expect: JsonObject;
}

export const adapter: Adapter = (file) =>
  (file as { readonly cases: readonly Case[] }).cases.map(({ id, group, input, expect }) => ({
    id,
    group,
    run: () => {
      const found = RUNS[group]?.(input, expect);
      if (found === undefined) return `no plugin ${group}`;
      return jsonEqual(found, expect) ? null : `${JSON.stringify(found)}, wanted ${JSON.stringify(expect)}`;
    },
  }));

/** What was found, in the form of what is expected. */
const RUNS: { readonly [group: string]: (input: JsonObject, expect: JsonObject) => Json } = {
  'plugin-order': (_, expect) => {
    const all = expect as unknown as readonly string[];
    const ours = pluginsOf({} as Needs, ['ExtendedResourceToleration']).map(({ name }) => name);
    const common = all.filter((name) => ours.includes(name));
    return jsonEqual(common, ours) ? all : ours;
  },
  'extended-resource-toleration': (pod) => ({ spec: withExtendedResourceTolerations(pod as Versioned).spec as Json }),
  'default-toleration-seconds': ({ spec }) => {
    const { tolerations = [] } = spec as { readonly tolerations?: readonly Toleration[] };
    return { spec: { ...(spec as JsonObject), tolerations: withDefaultTolerations(tolerations) as unknown as Json } };
  },
  'limitranger-pod': ({ pod, limitRange }) => {
    const { limits } = (limitRange as JsonObject).spec as unknown as { readonly limits: readonly LimitItem[] };
    return { allowed: podProblems(pod as Versioned, limits).length === 0 };
  },
  priority: ({ pod, existingClasses }) => {
    const decided = priorityOf(pod as Versioned, existingClasses as unknown as readonly PriorityClass[]);
    return typeof decided === 'string' ? { error: true } : { priority: decided.value };
  },
  priorityclass: ({ newClass, existingClasses }) => {
    const problem = priorityClassProblem(newClass as unknown as PriorityClass, existingClasses as unknown as readonly PriorityClass[]);
    return { allowed: problem === null };
  },
  runtimeclass: ({ pod, runtimeClass }) => {
    const found = withRuntimeClass(pod as Versioned, runtimeClass as Versioned);
    return typeof found === 'string' ? { error: found } : { pod: found };
  },
  'node-taint': ({ node }) => (withNotReadyTaint(node as Versioned).spec as JsonObject).taints ?? [],
  'pod-security-check': ({ check, pod, allowed }, expect) => podSecurity(String(check), pod as PodLike, allowed === true, expect),
  serviceaccount,
  'namespace-lifecycle': lifecycle,
};

/** The file has the same sysctls for old and new versions of the policy; only those that pass say so in the input. */
function podSecurity(check: string, pod: PodLike, passes: boolean, expect: JsonObject): Json {
  const old = (check === 'sysctls' && !passes) || JSON.stringify(pod).includes('seccomp.security.alpha');
  const violation = violationOf(check, pod, old ? 0 : LATEST_MINOR);
  if (violation !== null) return { ...violation, allowed: false };
  return 'reason' in expect ? { reason: '', detail: '', allowed: true } : { allowed: true };
}

function serviceaccount({ pod, serviceAccounts, accountAutomount }: JsonObject, expect: JsonObject): Json {
  const account = { automountServiceAccountToken: accountAutomount ?? undefined } as unknown as ServiceAccount;
  const name = 'kube-api-access-<5 random characters>';
  const { spec } = withServiceAccount(pod as Versioned, 'default', account, () => name);
  const {
    volumes = [],
    containers,
    serviceAccountName,
  } = spec as {
    readonly volumes?: readonly JsonObject[];
    readonly containers: readonly { readonly volumeMounts?: readonly JsonObject[] }[];
    readonly serviceAccountName: string;
  };
  if (serviceAccounts !== undefined) return { 'spec.serviceAccountName': serviceAccountName };
  const volume = volumes[0] ?? null;
  if (expect.volume === null || expect.volume === 'added') return { volume: volume === null ? null : 'added' };
  const mount = containers[0]?.volumeMounts?.[0];
  return { volume, mount: { ...mount, name: 'kube-api-access-<same>' } };
}

function lifecycle(input: JsonObject): Json {
  const { op, resource = '', namespace = '', name = '' } = input as { readonly [field: string]: string };
  const info = findResource('', null, resource) ?? findResource('apps', null, resource);
  if (info === null) return { error: `no resource ${resource}` };
  const given = input.namespaces ?? [];
  const phases = (Array.isArray(given) ? Object.fromEntries(given.map((known) => [known, 'Active'])) : given) as JsonObject;
  const cached = (_group: string, _resource: string, _namespace: string, wanted: string): Json =>
    Object.hasOwn(phases, wanted) ? { metadata: { name: wanted }, status: { phase: phases[wanted] } } : null;
  const needs = {
    cached,
    *live(): Task<null> {
      return null;
    },
  } as unknown as Needs;
  const plugin = namespaceLifecycle(needs);
  const request = { operation: op, info, subresource: '', namespace, name, old: null } as unknown as AdmissionRequest;
  const object = { metadata: { name } } as unknown as Versioned;
  const found =
    op === 'CREATE' ? plugin.prepare?.(request, object).next().value : plugin.validate?.(request, op === 'DELETE' ? null : object);
  if (!(found instanceof Refusal)) return { allowed: true };
  const { code, reason, message } = found.status;
  return { status: { code, reason, message } as JsonObject };
}
