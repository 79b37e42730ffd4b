// Validation of whole objects, as kube-apiserver's registry strategies do it after defaulting and admission: which rules
// each kind has. Models pkg/apis/*/validation, and the checks that all kinds share of apiserver pkg/registry/rest.
// Left out: kinds that are not named here have their metadata checked only.
import type { JsonObject } from '../../base/json';
import type { ResourceInfo } from '../resources';
import type { FieldError } from '../status';
import type { EventObject, KubeObject } from '../types';
import * as batch from './batch';
import * as config from './config';
import * as endpoints from './endpoint-slice';
import * as event from './event';
import { Findings } from './findings';
import { segmentName, subdomainName, validateAnyMeta, validateMeta, validateMetaUpdate } from './meta';
import * as networking from './networking';
import * as node from './node';
import * as pod from './pod';
import * as quota from './quota';
import * as rbac from './rbac';
import * as service from './service';
import * as small from './small-kinds';
import * as storage from './storage';
import * as workloads from './workloads';

interface Rules {
  readonly create: Check<KubeObject>;
  readonly update: Compare<KubeObject>;
  /** Of subresources; where absent, only metadata is checked. */
  readonly views: Views<KubeObject>;
}
type Views<T> = { readonly [subresource: string]: Compare<T> };

/** A kind's rules are written for its own type; decoding has seen to it that objects have it. */
type Check<T> = (found: Findings, object: T) => void;
type Compare<T> = (found: Findings, next: T, old: T) => void;
function rules<T extends KubeObject>(create: Check<T>, update: Compare<T>, views: Views<T> = {}): Rules {
  return { create, update, views } as unknown as Rules;
}

const RULES: { readonly [groupKind: string]: Rules } = {
  '/Pod': rules(pod.validatePodCreate, pod.validatePodUpdate, {
    status: pod.validatePodStatus,
    ephemeralcontainers: pod.validateEphemeralUpdate,
    resize: pod.validateResize,
  }),
  '/PodTemplate': rules(small.validatePodTemplateObject, small.validatePodTemplateUpdate),
  '/ReplicationController': rules(workloads.validateController, workloads.validateControllerUpdate),
  '/Service': rules(service.validateService, service.validateServiceUpdate),
  '/Namespace': rules(config.validateNamespace, config.validateNamespaceUpdate, {
    status: config.validateNamespaceStatus,
    finalize: config.validateNamespaceFinalize,
  }),
  '/Node': rules(node.validateNode, node.validateNodeUpdate, { status: node.validateNodeUpdate }),
  '/ConfigMap': rules(config.validateConfigMap, config.validateConfigMapUpdate),
  '/Secret': rules(config.validateSecret, config.validateSecretUpdate),
  '/ServiceAccount': rules(config.validateServiceAccount, config.validateServiceAccountUpdate),
  '/LimitRange': rules(quota.validateLimitRange, quota.validateLimitRangeUpdate),
  '/ResourceQuota': rules(quota.validateResourceQuota, quota.validateResourceQuotaUpdate, { status: quota.validateResourceQuotaStatus }),
  '/PersistentVolumeClaim': rules(storage.validateClaim, storage.validateClaimUpdate),
  '/Event': rules<EventObject>(
    (found, object) => event.validateEvent(found, object, true),
    (found, next, old) => event.validateEventUpdate(found, next, old, true),
  ),
  'events.k8s.io/Event': rules<EventObject>(
    (found, object) => event.validateEvent(found, object, false),
    (found, next, old) => event.validateEventUpdate(found, next, old, false),
  ),
  'apps/Deployment': rules(workloads.validateDeployment, workloads.validateDeploymentUpdate, {
    status: workloads.validateDeploymentStatus,
  }),
  'apps/ReplicaSet': rules(workloads.validateReplicaSet, workloads.validateReplicaSetUpdate, {
    status: workloads.validateReplicaSetStatus,
  }),
  'apps/DaemonSet': rules(workloads.validateDaemonSet, workloads.validateDaemonSetUpdate, { status: workloads.validateDaemonSetStatus }),
  'apps/StatefulSet': rules(workloads.validateStatefulSet, workloads.validateStatefulSetUpdate),
  'batch/Job': rules(batch.validateJob, batch.validateJobUpdate),
  'batch/CronJob': rules(batch.validateCronJob, batch.validateCronJobUpdate),
  'discovery.k8s.io/EndpointSlice': rules(endpoints.validateEndpointSlice, endpoints.validateEndpointSliceUpdate),
  'coordination.k8s.io/Lease': rules(small.validateLease, small.validateLeaseUpdate),
  'scheduling.k8s.io/PriorityClass': rules(small.validatePriorityClass, small.validatePriorityClassUpdate),
  'policy/PodDisruptionBudget': rules(small.validateBudget, small.validateBudgetUpdate),
  'autoscaling/HorizontalPodAutoscaler': rules(small.validateAutoscaler, small.validateAutoscalerUpdate),
  'networking.k8s.io/Ingress': rules(networking.validateIngress, networking.validateIngressUpdate),
  'networking.k8s.io/NetworkPolicy': rules(networking.validateNetworkPolicy, networking.validateNetworkPolicyUpdate),
  'rbac.authorization.k8s.io/Role': rules(rbac.validateRole, rbac.validateRoleUpdate),
  'rbac.authorization.k8s.io/ClusterRole': rules(rbac.validateClusterRole, rbac.validateClusterRoleUpdate),
  'rbac.authorization.k8s.io/RoleBinding': rules(rbac.validateRoleBinding, rbac.validateRoleBindingUpdate),
  'rbac.authorization.k8s.io/ClusterRoleBinding': rules(rbac.validateClusterRoleBinding, rbac.validateClusterRoleBindingUpdate),
};

const rulesOf = ({ group, kind }: ResourceInfo): Rules | undefined => RULES[`${group}/${kind}`];
const typed = (object: JsonObject): KubeObject => object as unknown as KubeObject;

/** What is wrong with an object that is to be created, in the order in which Kubernetes tells it. */
export function validateCreate(info: ResourceInfo, object: JsonObject): FieldError[] {
  const found = new Findings();
  const own = rulesOf(info);
  if (own) own.create(found, typed(object));
  else validateMeta(found, typed(object).metadata, info.namespaced, info.kind === 'APIService' ? segmentName : subdomainName);
  if (found.errors.length === 0 && own) validateAnyMeta(found, typed(object).metadata, info.namespaced);
  return found.errors;
}

/** What is wrong with `next` as the successor of `old`. */
export function validateUpdate(info: ResourceInfo, next: JsonObject, old: JsonObject, subresource = ''): FieldError[] {
  const found = new Findings();
  validateMetaUpdate(found, typed(next).metadata, typed(old).metadata);
  const own = rulesOf(info);
  const check = subresource === '' ? own?.update : own?.views[subresource];
  if (check) check(found, typed(next), typed(old));
  else validateMetaUpdate(found, typed(next).metadata, typed(old).metadata);
  return found.errors;
}
