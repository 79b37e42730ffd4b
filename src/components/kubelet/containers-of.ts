// Short questions about the containers of a pod's spec. Models kubernetes pkg/api/v1/pod/util.go and
// pkg/kubelet/container/helpers.go (ShouldContainerBeRestarted).

import { fnv32a } from '../../base/hash';
import { canonicalJson, type Json } from '../../base/json';
import type { Container, Pod, PodSpec } from '../../machinery/types';
import { findContainer, type RuntimePod } from './runtime-status';

interface RestartRule {
  readonly action: string;
  readonly exitCodes?: { readonly operator: string; readonly values: readonly number[] };
}
type WithRules = Container & { readonly restartPolicyRules?: readonly RestartRule[] };

/** A sidecar: an init container that runs beside the others. */
export const isRestartableInit = (container: Container): boolean => container.restartPolicy === 'Always';

export const initContainersOf = (spec: PodSpec): readonly Container[] => spec.initContainers ?? [];
export const allContainersOf = (spec: PodSpec): readonly Container[] => [...initContainersOf(spec), ...spec.containers];

/** Changes when the container's spec does in a way that needs another container (its name or image). */
export const containerHash = ({ name, image }: Container): string => fnv32a(canonicalJson({ image, name } as Json)).toString(16);

/** Whether a container that ended with `exitCode` is started again, by its own rules or the pod's policy. */
export function restartsAfter(container: Container, spec: PodSpec, exitCode: number): boolean {
  for (const { action, exitCodes } of (container as WithRules).restartPolicyRules ?? []) {
    if (exitCodes === undefined) continue;
    const listed = exitCodes.values.includes(exitCode);
    if (listed === (exitCodes.operator === 'In')) return action === 'Restart' || action === 'RestartAllContainers';
  }
  const policy = container.restartPolicy ?? spec.restartPolicy ?? 'Always';
  return policy === 'Always' || (policy === 'OnFailure' && exitCode !== 0);
}

/** Whether the kubelet starts it (again) at the next look. */
export function shouldContainerBeRestarted(container: Container, pod: Pod, runtime: RuntimePod): boolean {
  if (pod.metadata.deletionTimestamp !== undefined) return false;
  const status = findContainer(runtime, container.name);
  if (status === undefined) return true;
  if (status.state === 'running') return false;
  if (status.state === 'unknown' || status.state === 'created') return true;
  return restartsAfter(container, pod.spec, status.exitCode);
}
