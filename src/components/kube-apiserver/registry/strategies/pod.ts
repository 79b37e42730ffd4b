// Pods: quality of service, phase, grace. Models pkg/registry/core/pod/strategy.go and
// pkg/apis/core/helper/qos.
import { quantityMilli } from '../../../../machinery/quantity';
import type { Container, PodSpec, PodStatus, StringMap } from '../../../../machinery/types';
import type { Versioned } from '../../storage/versioner';
import { withField } from '../meta';

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
    return withField(object, 'status', { phase: 'Pending', ...conditions, qosClass: qosClassOf(spec) });
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

const COMPUTE = ['cpu', 'memory'];

export function qosClassOf(spec: PodSpec): 'Guaranteed' | 'Burstable' | 'BestEffort' {
  const containers = [...(spec.initContainers ?? []), ...spec.containers];
  if (!containers.some(({ resources }) => asks(resources?.requests) || asks(resources?.limits))) return 'BestEffort';
  return containers.every(guaranteed) ? 'Guaranteed' : 'Burstable';
}

const asks = (list: StringMap | undefined): boolean => COMPUTE.some((name) => list?.[name] !== undefined && quantityMilli(list[name]) > 0);

const guaranteed = ({ resources }: Container): boolean =>
  COMPUTE.every((name) => {
    const limit = resources?.limits?.[name];
    const request = resources?.requests?.[name] ?? limit;
    return limit !== undefined && quantityMilli(limit) > 0 && quantityMilli(request) === quantityMilli(limit);
  });
