// Keeps pods off nodes whose taints they do not tolerate, and prefers nodes with fewer PreferNoSchedule
// taints. Models plugins/tainttoleration/taint_toleration.go.

import { forbids, tolerates, untolerated } from '../../../../machinery/taints';
import { nodeBrings } from '../cluster-event';
import { defaultNormalize, type Plugin } from '../plugin';
import { OK, unresolvable } from '../status';

export const REASON_TAINT = 'node(s) had untolerated taint(s)';
const REJECTED = unresolvable(REASON_TAINT);

export const taintToleration: Plugin = {
  name: 'TaintToleration',
  preFilter: ({ pod }) => ({
    check: ({ node }) => (untolerated(node.spec?.taints, pod.spec?.tolerations, forbids) === undefined ? OK : REJECTED),
  }),
  preScore: ({ pod }) => {
    const tolerations = (pod.spec?.tolerations ?? []).filter(({ effect }) => !effect || effect === 'PreferNoSchedule');
    return {
      score: ({ node }) =>
        (node.spec?.taints ?? []).filter(
          (taint) => taint.effect === 'PreferNoSchedule' && !tolerations.some((toleration) => tolerates(toleration, taint)),
        ).length,
      normalize: (scores) => defaultNormalize(scores, true),
    };
  },
  mayHelp: ({ pod }, event) =>
    event.on === 'target-pod' ||
    (event.on === 'node' &&
      nodeBrings(event, 'taint') &&
      untolerated(event.node.spec?.taints, pod.spec?.tolerations, forbids) === undefined),
};
