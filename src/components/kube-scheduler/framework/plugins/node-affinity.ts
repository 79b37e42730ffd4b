// nodeSelector and node affinity, required and preferred. Models plugins/nodeaffinity/node_affinity.go.

import {
  type NodeAffinity,
  type NodeSelectorTerm,
  nodeAffinityOf,
  nodeMatchesSpec,
  termMatches,
  termsMatch,
} from '../../../../machinery/node-selector';
import { nodeBrings } from '../cluster-event';
import { defaultNormalize, type Plugin, type PodFilter } from '../plugin';
import type { PodInfo } from '../pod-info';
import { OK, SKIP, type Status, unresolvable } from '../status';

export const REASON_NODE_AFFINITY = "node(s) didn't match Pod's node affinity/selector";
export const REASON_ENFORCED = "node(s) didn't match scheduler-enforced node affinity";
const REASON_CONFLICT = 'pod affinity terms conflict';
const REJECTED = unresolvable(REASON_NODE_AFFINITY);

/** `added` is node affinity that the scheduler's configuration puts on every pod. */
export function nodeAffinity(added: NodeAffinity | null = null): Plugin {
  const enforced = added?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? null;
  const preferredByAll = added?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  return {
    name: 'NodeAffinity',
    preFilter: (pod) => {
      const required = nodeAffinityOf(pod.pod.spec)?.requiredDuringSchedulingIgnoredDuringExecution;
      if (!required && enforced === null && !pod.pod.spec?.nodeSelector) return SKIP;
      return filterOf(pod, required?.nodeSelectorTerms ?? [], enforced);
    },
    preScore: (pod) => {
      const preferred = [...(nodeAffinityOf(pod.pod.spec)?.preferredDuringSchedulingIgnoredDuringExecution ?? []), ...preferredByAll];
      if (preferred.length === 0) return SKIP;
      return {
        score: ({ node }) =>
          preferred.reduce((sum, { weight, preference }) => (weight !== 0 && termMatches(preference, node) ? sum + weight : sum), 0),
        normalize: (scores) => defaultNormalize(scores),
      };
    },
    mayHelp: (pod, event) =>
      event.on === 'target-pod' || (event.on === 'node' && nodeBrings(event, 'label') && nodeMatchesSpec(pod.pod.spec, event.node)),
  };
}

function filterOf(pod: PodInfo, terms: readonly NodeSelectorTerm[], enforced: readonly NodeSelectorTerm[] | null): PodFilter | Status {
  const nodeNames = namedNodes(terms);
  if (nodeNames?.size === 0) return unresolvable(REASON_CONFLICT);
  return {
    ...(nodeNames === null ? {} : { nodeNames }),
    check: ({ node }) => {
      if (enforced !== null && !termsMatch(enforced, node)) return unresolvable(REASON_ENFORCED);
      return nodeMatchesSpec(pod.pod.spec, node) ? OK : REJECTED;
    },
  };
}

/** The nodes that the terms ask for by name; null if some term does not. */
function namedNodes(terms: readonly NodeSelectorTerm[]): Set<string> | null {
  if (terms.length === 0) return null;
  const names = new Set<string>();
  for (const { matchFields } of terms) {
    const asked = (matchFields ?? []).filter(({ key, operator }) => key === 'metadata.name' && operator === 'In');
    if (asked.length === 0) return null;
    for (const name of asked[0]?.values ?? []) if (asked.every(({ values }) => values?.includes(name))) names.add(name);
  }
  return names;
}
