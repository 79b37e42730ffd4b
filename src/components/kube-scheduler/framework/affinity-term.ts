// A pod's affinity to other pods, read once. Models pkg/scheduler/framework types.go (AffinityTerm,
// getAffinityTerms) and the label requirement checks of apimachinery pkg/labels.
import type { Result } from '../../../base/result';
import { err, ok } from '../../../base/result';
import { labelValue } from '../../../machinery/names';
import { matchesSelector, NOTHING, type Selector, selectorOf } from '../../../machinery/selector';
import type { LabelSelector, Pod, PodSpec, StringMap } from '../../../machinery/types';

interface PodAffinityTerm {
  readonly labelSelector?: LabelSelector | null;
  readonly namespaces?: readonly string[] | null;
  readonly namespaceSelector?: LabelSelector | null;
  readonly topologyKey: string;
}
interface PodAffinity {
  readonly requiredDuringSchedulingIgnoredDuringExecution?: readonly PodAffinityTerm[] | null;
  readonly preferredDuringSchedulingIgnoredDuringExecution?:
    | readonly { readonly weight: number; readonly podAffinityTerm: PodAffinityTerm }[]
    | null;
}
export interface Affinity {
  readonly podAffinity?: PodAffinity | null;
  readonly podAntiAffinity?: PodAffinity | null;
}

export interface AffinityTerm {
  readonly namespaces: ReadonlySet<string>;
  readonly namespaceSelector: Selector;
  readonly selector: Selector;
  readonly topologyKey: string;
  /** 0 for required terms. */
  readonly weight: number;
}
export interface AffinityTerms {
  readonly required: readonly AffinityTerm[];
  readonly requiredAnti: readonly AffinityTerm[];
  readonly preferred: readonly AffinityTerm[];
  readonly preferredAnti: readonly AffinityTerm[];
  /** Why the terms could not be read; then there are none of that list. */
  readonly error: string | null;
}
export const NO_TERMS: AffinityTerms = { required: [], requiredAnti: [], preferred: [], preferredAnti: [], error: null };

export function affinityTermsOf(pod: Pod): AffinityTerms {
  const affinity = (pod.spec as PodSpec & { readonly affinity?: Affinity | null }).affinity;
  if (!affinity?.podAffinity && !affinity?.podAntiAffinity) return NO_TERMS;
  const errors: string[] = [];
  const read = (what: string, terms: readonly (readonly [PodAffinityTerm, number])[]): AffinityTerm[] => {
    const list: AffinityTerm[] = [];
    for (const [term, weight] of terms) {
      const parsed = parseTerm(pod, term, weight);
      if (!parsed.ok) {
        errors.push(`${what}: ${parsed.error}`);
        return [];
      }
      list.push(parsed.value);
    }
    return list;
  };
  const required = (of: PodAffinity | null | undefined) =>
    (of?.requiredDuringSchedulingIgnoredDuringExecution ?? []).map((term) => [term, 0] as const);
  const preferred = (of: PodAffinity | null | undefined) =>
    (of?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map((term) => [term.podAffinityTerm, term.weight] as const);
  const terms = {
    required: read('requiredAffinityTerms', required(affinity.podAffinity)),
    requiredAnti: read('requiredAntiAffinityTerms', required(affinity.podAntiAffinity)),
    preferred: read('preferredAffinityTerms', preferred(affinity.podAffinity)),
    preferredAnti: read('preferredAntiAffinityTerms', preferred(affinity.podAntiAffinity)),
  };
  return { ...terms, error: errors.length === 0 ? null : errors.length === 1 ? (errors[0] as string) : `[${errors.join(', ')}]` };
}

function parseTerm(pod: Pod, term: PodAffinityTerm, weight: number): Result<AffinityTerm> {
  const wrong = badValue(term.labelSelector) ?? badValue(term.namespaceSelector);
  if (wrong !== null) return err(wrong);
  const own = !term.namespaces?.length && !term.namespaceSelector;
  return ok({
    namespaces: new Set(own ? [pod.metadata.namespace ?? ''] : (term.namespaces ?? [])),
    namespaceSelector: term.namespaceSelector ? selectorOf(term.namespaceSelector) : NOTHING,
    selector: selectorOf(term.labelSelector),
    topologyKey: term.topologyKey,
    weight,
  });
}

/** The complaint about the first value that no label can have. */
function badValue(selector: LabelSelector | null | undefined): string | null {
  for (const { key, values } of selector?.matchExpressions ?? []) {
    for (const [i, value] of (values ?? []).entries()) {
      const [complaint] = labelValue(value);
      if (complaint !== undefined) return `values[${i}][${key}]: Invalid value: ${JSON.stringify(value)}: ${complaint}`;
    }
  }
  return null;
}

/** Whether a term speaks of `pod`, whose namespace has `namespaceLabels`. */
export const termMatches = (term: AffinityTerm, pod: Pod, namespaceLabels: StringMap): boolean =>
  (term.namespaces.has(pod.metadata.namespace ?? '') || matchesSelector(term.namespaceSelector, namespaceLabels)) &&
  matchesSelector(term.selector, pod.metadata.labels);
