// vectors/workloads.json: of its kinds those of DaemonSets, against components/kube-controller-manager/daemonset.
import {
  affinityTo,
  isPodUpdated,
  isSamePlace,
  placementOn,
  targetNodeOf,
} from '../../components/kube-controller-manager/daemonset/placement';
import { adapterOf } from './adapter';

// biome-ignore lint/suspicious/noExplicitAny: cases are read as they come; a wrong one fails.
type Loose = any;

const RUNNERS: { readonly [kind: string]: (input: Loose) => Loose } = {
  'ds-node-should-run': ({ ds, nodeCondition, nodeUnschedulable }) => {
    const node: Loose = {
      metadata: { name: 'test-node', labels: { name: 'simple-daemon', type: 'production' } },
      spec: { unschedulable: nodeUnschedulable },
      status: { conditions: nodeCondition ?? [], allocatable: { cpu: '1', memory: '100M' } },
    };
    const { shouldRun, shouldContinue } = placementOn(node, ds);
    return { shouldRun, shouldContinueRunning: shouldContinue };
  },
  'ds-ignore-node-update': ({ oldNode, newNode }) => ({ expectedResult: isSamePlace(oldNode, newNode) }),
  'ds-node-affinity': ({ affinity, hostname }) => ({ expected: affinityTo(affinity ?? null, hostname) }),
  'ds-target-node': ({ pod, nodeName }) => ({ expectedErr: targetNodeOf(pod) !== nodeName }),
  'ds-pod-updated': ({ pod, hash, templateGeneration }) => ({ isUpdated: isPodUpdated(pod, hash, templateGeneration ?? null) }),
};

export const adapter = adapterOf(RUNNERS);
