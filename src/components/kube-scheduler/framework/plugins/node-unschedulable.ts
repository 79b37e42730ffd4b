// Keeps pods off cordoned nodes, unless they tolerate that. Models plugins/nodeunschedulable.

import { tolerates } from '../../../../machinery/taints';
import type { Taint } from '../../../../machinery/types';
import { type ClusterEvent, nodeBrings } from '../cluster-event';
import type { Plugin } from '../plugin';
import type { PodInfo } from '../pod-info';
import { OK, unresolvable } from '../status';

export const REASON_CORDONED = 'node(s) were unschedulable';
const CORDONED: Taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };
const REJECTED = unresolvable(REASON_CORDONED);
const CHECK = {
  check: ({ node }: { readonly node: { readonly spec?: { readonly unschedulable?: boolean } } }) =>
    node.spec?.unschedulable ? REJECTED : OK,
};
const LET = { check: () => OK };

const toleratesCordon = ({ pod }: PodInfo): boolean => (pod.spec?.tolerations ?? []).some((toleration) => tolerates(toleration, CORDONED));

export const nodeUnschedulable: Plugin = {
  name: 'NodeUnschedulable',
  preFilter: (pod) => (toleratesCordon(pod) ? LET : CHECK),
  mayHelp: (_pod: PodInfo, event: ClusterEvent) =>
    event.on === 'target-pod' || (nodeBrings(event, 'taint') && event.on === 'node' && !event.node.spec.unschedulable),
};
