// kubectl describe. Models kubectl pkg/cmd/describe: which objects, and by whom each is described.
import type { JsonObject } from '../../../base/json';
import { resourcePath } from '../../../machinery/resources';
import type { Task } from '../../../sim/task';
import { foundInfos, type Info, infosOf, type Wanted } from '../builder';
import { ApiError, CommandError, fail, severalErrors } from '../errors';
import { JSON_ONLY, TYPED } from '../http';
import { type Command, namespaceOf, type Session } from '../session';
import {
  describeConfigMap,
  describeLimitRange,
  describeNamespace,
  describePriorityClass,
  describeQuota,
  describeSecret,
  describeServiceAccount,
} from './config';
import { type Describer, Describing } from './describing';
import { describeAny } from './generic';
import { describeAutoscaler, describeCronJob, describeDisruptionBudget, describeJob } from './jobs';
import { describeEndpointSlice, describeEndpoints, describeService } from './network';
import { describeAddress, describeIngress, describeServiceRange } from './network-more';
import { describeNode } from './node';
import { describePod } from './pod';
import { describeRole, describeRoleBinding } from './rbac';
import { describeClaim, describeStorageClass, describeVolume } from './storage';
import { describeDaemonSet, describeDeployment, describeReplicaSet, describeReplicationController, describeStatefulSet } from './workloads';

export const describe: Command = {
  flags: 'f/filename:list R/recursive:bool k/kustomize l/selector A/all-namespaces:bool show-events:bool chunk-size:int',
  run: runDescribe,
};

/** By group and kind. */
const DESCRIBERS: { readonly [groupKind: string]: Describer } = {
  '/Pod': describePod,
  '/ReplicationController': describeReplicationController,
  '/Secret': describeSecret,
  '/Service': describeService,
  '/ServiceAccount': describeServiceAccount,
  '/Node': describeNode,
  '/LimitRange': describeLimitRange,
  '/ResourceQuota': describeQuota,
  '/PersistentVolume': describeVolume,
  '/PersistentVolumeClaim': describeClaim,
  '/Namespace': describeNamespace,
  '/Endpoints': describeEndpoints,
  '/ConfigMap': describeConfigMap,
  'scheduling.k8s.io/PriorityClass': describePriorityClass,
  'discovery.k8s.io/EndpointSlice': describeEndpointSlice,
  'autoscaling/HorizontalPodAutoscaler': describeAutoscaler,
  'networking.k8s.io/Ingress': describeIngress,
  'networking.k8s.io/ServiceCIDR': describeServiceRange,
  'networking.k8s.io/IPAddress': describeAddress,
  'batch/Job': describeJob,
  'batch/CronJob': describeCronJob,
  'apps/StatefulSet': describeStatefulSet,
  'apps/Deployment': describeDeployment,
  'apps/DaemonSet': describeDaemonSet,
  'apps/ReplicaSet': describeReplicaSet,
  'policy/PodDisruptionBudget': describeDisruptionBudget,
  'storage.k8s.io/StorageClass': describeStorageClass,
  'rbac.authorization.k8s.io/Role': describeRole,
  'rbac.authorization.k8s.io/ClusterRole': describeRole,
  'rbac.authorization.k8s.io/RoleBinding': describeRoleBinding,
  'rbac.authorization.k8s.io/ClusterRoleBinding': describeRoleBinding,
};

function* runDescribe(session: Session): Task<void> {
  const { flags, args } = session;
  if (args.length === 0 && !flags.has('filename')) {
    throw fail(
      'You must specify the type of resource to describe. Use "kubectl api-resources" for a complete list of supported resources.',
    );
  }
  const all = { bareTypes: true, listQuery: { limit: flags.int('chunk-size', 500) } };
  const { infos, errors } = yield* foundInfos(session, all);
  const [missing] = errors;
  if (missing instanceof ApiError && missing.reason === 'NotFound' && args.length === 2)
    return yield* describeMatching(session, missing, all);
  // Of several objects, events are shown only if asked for.
  const showEvents = flags.bool('show-events', infos.length === 1 && errors.length === 0);
  let first = true;
  for (const info of infos) {
    try {
      const text = yield* describeOne(session, info, showEvents);
      session.out(first ? text : `\n\n${text}`);
      first = false;
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      errors.push(error);
    }
  }
  if (infos.length === 0 && errors.length === 0) {
    session.err(flags.bool('all-namespaces') ? 'No resources found\n' : `No resources found in ${namespaceOf(session)} namespace.\n`);
  }
  if (errors.length > 0) throw severalErrors(errors);
}

/** Where no object has the name: all whose names begin with it. */
function* describeMatching(session: Session, missing: ApiError, all: Wanted): Task<void> {
  const [type = '', prefix = ''] = session.args;
  const infos = (yield* infosOf(session, { ...all, args: [type] })).filter(({ name }) => name.startsWith(prefix));
  for (const info of infos) session.out(`${yield* describeOne(session, info, session.flags.bool('show-events'))}\n`);
  if (infos.length === 0) throw missing;
}

function* describeOne(session: Session, { mapping, namespace, name }: Info, showEvents: boolean): Task<string> {
  const describer = DESCRIBERS[`${mapping.group}/${mapping.kind}`];
  const path = resourcePath(mapping, namespace, name);
  const object: JsonObject = yield* session.http.get(path, describer === undefined ? JSON_ONLY : TYPED);
  return String(yield* (describer ?? describeAny)(new Describing(session, mapping, showEvents), object));
}
