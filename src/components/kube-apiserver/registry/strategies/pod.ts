// Pods: phase, grace, and what subresources may change. Models pkg/registry/core/pod/strategy.go.
import type { Json, JsonObject } from '../../../../base/json';
import { qosClass } from '../../../../machinery/qos';
import type { PodSpec, PodStatus } from '../../../../machinery/types';
import type { Versioned } from '../../storage/versioner';
import { withField, withMeta } from '../meta';

const DEFAULT_GRACE_SECONDS = 30;

export const podStrategy = {
  create(object: Versioned): Versioned {
    const spec = object.spec as unknown as PodSpec;
    const gated = (spec.schedulingGates?.length ?? 0) > 0;
    const conditions = gated
      ? {
          conditions: [
            {
              type: 'PodScheduled',
              status: 'False',
              lastProbeTime: null,
              lastTransitionTime: null,
              reason: 'SchedulingGated',
              message: 'Scheduling is blocked due to non-empty scheduling gates',
            },
          ],
        }
      : {};
    return withField(object, 'status', { phase: 'Pending', ...conditions, qosClass: qosClass(spec) });
  },

  views: {
    /** A kubelet need not repeat the class, nor can a report change the owners. */
    status(next: Versioned, old: Versioned): Versioned {
      const { qosClass: before } = (old.status ?? {}) as PodStatus;
      const status = (next.status ?? {}) as JsonObject;
      const owned = withMeta(next, { ownerReferences: old.metadata.ownerReferences as unknown as Json | undefined });
      return status.qosClass || !before ? owned : withField(owned, 'status', { ...status, qosClass: before });
    },
    ephemeralcontainers: (next: Versioned, old: Versioned): Versioned => {
      const { ephemeralContainers } = (next.spec ?? {}) as JsonObject;
      return withSpec(next, old, { ephemeralContainers });
    },
    resize: resized,
  },

  /** A pod that has ended, or that nobody runs yet, has nothing to finish. */
  grace(object: Versioned, wanted: number | null): number {
    const spec = object.spec as unknown as PodSpec;
    const phase = (object.status as PodStatus | undefined)?.phase;
    if (!spec.nodeName || phase === 'Succeeded' || phase === 'Failed') return 0;
    const seconds = wanted ?? spec.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS;
    return seconds < 0 ? 1 : seconds;
  },
};

/** The old pod, with these members of its spec. */
function withSpec(next: Versioned, old: Versioned, change: JsonObject): Versioned {
  const spec: { [field: string]: Json | undefined } = { ...(old.spec as JsonObject), ...change };
  for (const field in change) if (spec[field] === undefined) delete spec[field];
  const { resourceVersion } = next.metadata;
  return withField(withMeta(old, { resourceVersion }), 'spec', spec);
}

/** Of each container that both have, the resources of the new one. */
function resized(next: Versioned, old: Versioned): Versioned {
  const [spec, before] = [next.spec, old.spec] as unknown as [PodSpec, PodSpec];
  const change = (list: 'containers' | 'initContainers'): Json | undefined =>
    before[list]?.map((container, i) => {
      const { name, resources, resizePolicy } = { ...spec[list]?.[i] } as JsonObject;
      if (name !== container.name) return container;
      return { ...container, resources: resources ?? {}, ...(resizePolicy === undefined ? {} : { resizePolicy }) };
    }) as unknown as Json | undefined;
  return withSpec(next, old, { containers: change('containers'), initContainers: change('initContainers') });
}
