// What a plugin says of a pod, or of a pod on a node. Models kube-scheduler framework.Status.

export type Code = 'Success' | 'Error' | 'Unschedulable' | 'UnschedulableAndUnresolvable' | 'Skip';

export interface Status {
  readonly code: Code;
  readonly reasons: readonly string[];
}

export const OK: Status = { code: 'Success', reasons: [] };
/** Nothing to say about this pod: the plugin is left out of the cycle. */
export const SKIP: Status = { code: 'Skip', reasons: [] };
/** Not now, but taking other pods away might help. */
export const unschedulable = (...reasons: string[]): Status => ({ code: 'Unschedulable', reasons });
/** Not now, and taking other pods away does not help. */
export const unresolvable = (...reasons: string[]): Status => ({ code: 'UnschedulableAndUnresolvable', reasons });
export const failed = (reason: string): Status => ({ code: 'Error', reasons: [reason] });

export const messageOf = (status: Status): string => status.reasons.join(', ');
