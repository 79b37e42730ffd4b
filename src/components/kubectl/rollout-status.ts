// How far a rollout is, in kubectl's words. Models kubectl pkg/polymorphichelpers/rollout_status.go.
import type { JsonObject } from '../../base/json';
import { metaOf } from '../../machinery/object';
import { type CommandError, fail } from './errors';

const part = (object: JsonObject, name: string): JsonObject => (object[name] ?? {}) as JsonObject;
const count = (object: JsonObject, field: string): number => (typeof object[field] === 'number' ? (object[field] as number) : 0);

export interface Said {
  readonly text: string;
  readonly done: boolean;
}

/** What to say of an object as it is now, and whether that is the end; `revision` 0 is any. */
export function statusOf(object: JsonObject, revision: number): Said | CommandError {
  switch (object['kind']) {
    case 'Deployment':
      return deploymentStatus(object, revision);
    case 'DaemonSet':
      return daemonSetStatus(object);
    case 'StatefulSet':
      return statefulSetStatus(object);
    default:
      return fail(`no status viewer has been implemented for ${String(object['kind'])}`);
  }
}

function deploymentStatus(object: JsonObject, revision: number): Said | CommandError {
  const { name = '', generation = 0, annotations } = metaOf(object);
  const state = part(object, 'status');
  const spec = part(object, 'spec');
  const own = Number(annotations?.['deployment.kubernetes.io/revision'] ?? 0);
  if (revision > 0 && revision !== own) return fail(`desired revision (${revision}) is different from the running revision (${own})`);
  if (generation > count(state, 'observedGeneration'))
    return { text: 'Waiting for deployment spec update to be observed...\n', done: false };
  const progressing = ((state['conditions'] ?? []) as readonly JsonObject[]).find((c) => c['type'] === 'Progressing');
  if (progressing?.['reason'] === 'ProgressDeadlineExceeded') return fail(`deployment "${name}" exceeded its progress deadline`);
  const waiting = (what: string): Said => ({ text: `Waiting for deployment "${name}" rollout to finish: ${what}...\n`, done: false });
  const [wanted, updated, all, available] = [
    count(spec, 'replicas'),
    count(state, 'updatedReplicas'),
    count(state, 'replicas'),
    count(state, 'availableReplicas'),
  ];
  if (updated < wanted) return waiting(`${updated} out of ${wanted} new replicas have been updated`);
  if (all > updated) return waiting(`${all - updated} old replicas are pending termination`);
  if (available < updated) return waiting(`${available} of ${updated} updated replicas are available`);
  return { text: `deployment "${name}" successfully rolled out\n`, done: true };
}

function daemonSetStatus(object: JsonObject): Said | CommandError {
  const { name = '', generation = 0 } = metaOf(object);
  const state = part(object, 'status');
  const strategy = (part(object, 'spec')['updateStrategy'] ?? {}) as JsonObject;
  if (strategy['type'] !== 'RollingUpdate') return fail(`rollout status is only available for RollingUpdate strategy type`);
  if (generation > count(state, 'observedGeneration'))
    return { text: 'Waiting for daemon set spec update to be observed...\n', done: false };
  const [wanted, updated, available] = [
    count(state, 'desiredNumberScheduled'),
    count(state, 'updatedNumberScheduled'),
    count(state, 'numberAvailable'),
  ];
  if (updated < wanted)
    return {
      text: `Waiting for daemon set "${name}" rollout to finish: ${updated} out of ${wanted} new pods have been updated...\n`,
      done: false,
    };
  if (available < wanted)
    return {
      text: `Waiting for daemon set "${name}" rollout to finish: ${available} of ${wanted} updated pods are available...\n`,
      done: false,
    };
  return { text: `daemon set "${name}" successfully rolled out\n`, done: true };
}

function statefulSetStatus(object: JsonObject): Said | CommandError {
  const { generation = 0 } = metaOf(object);
  const state = part(object, 'status');
  const wanted = count(part(object, 'spec'), 'replicas');
  if (count(state, 'observedGeneration') === 0 || generation > count(state, 'observedGeneration')) {
    return { text: 'Waiting for statefulset spec update to be observed...\n', done: false };
  }
  if (count(state, 'readyReplicas') < wanted)
    return { text: `Waiting for ${wanted - count(state, 'readyReplicas')} pods to be ready...\n`, done: false };
  if (state['updateRevision'] !== state['currentRevision']) {
    return {
      text: `waiting for statefulset rolling update to complete ${count(state, 'updatedReplicas')} pods at revision ${String(state['updateRevision'])}...\n`,
      done: false,
    };
  }
  return {
    text: `statefulset rolling update complete ${count(state, 'currentReplicas')} pods at revision ${String(state['currentRevision'])}...\n`,
    done: true,
  };
}

/** Kinds whose rollout can be followed. */
export const FOLLOWED = ['Deployment', 'DaemonSet', 'StatefulSet'];
