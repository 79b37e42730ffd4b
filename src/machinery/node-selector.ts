// Node selectors and node affinity terms. Models component-helpers/scheduling/corev1/nodeaffinity.
import { labelValue } from './names';
import type { Node, PodSpec } from './types';

interface Requirement {
  readonly key: string;
  readonly operator: string;
  readonly values?: readonly string[] | null;
}
export interface NodeSelectorTerm {
  readonly matchExpressions?: readonly Requirement[] | null;
  readonly matchFields?: readonly Requirement[] | null;
}
export interface NodeAffinity {
  readonly requiredDuringSchedulingIgnoredDuringExecution?: { readonly nodeSelectorTerms?: readonly NodeSelectorTerm[] | null } | null;
  readonly preferredDuringSchedulingIgnoredDuringExecution?:
    | readonly { readonly weight: number; readonly preference: NodeSelectorTerm }[]
    | null;
}

export const nodeAffinityOf = (spec: PodSpec | undefined): NodeAffinity | null =>
  (spec?.affinity as { readonly nodeAffinity?: NodeAffinity | null } | null | undefined)?.nodeAffinity ?? null;

/** Whether spec.nodeSelector and the required node affinity let the pod onto the node. */
export function nodeMatchesSpec(spec: PodSpec | undefined, node: Node): boolean {
  const wanted = spec?.nodeSelector;
  for (const key in wanted) if (node.metadata.labels?.[key] !== wanted[key]) return false;
  const required = nodeAffinityOf(spec)?.requiredDuringSchedulingIgnoredDuringExecution;
  return !required || termsMatch(required.nodeSelectorTerms ?? [], node);
}

/** Terms are alternatives; what a term lists must all hold. An empty term matches nothing. */
export const termsMatch = (terms: readonly NodeSelectorTerm[], node: Node): boolean => terms.some((term) => termMatches(term, node));

export function termMatches({ matchExpressions, matchFields }: NodeSelectorTerm, node: Node): boolean {
  if (!matchExpressions?.length && !matchFields?.length) return false;
  return (
    (matchExpressions ?? []).every((requirement) => isValid(requirement) && holds(requirement, node.metadata.labels?.[requirement.key])) &&
    (matchFields ?? []).every(
      (requirement) => requirement.key === 'metadata.name' && requirement.values?.length === 1 && holds(requirement, node.metadata.name),
    )
  );
}

function holds({ operator, values }: Requirement, value: string | undefined): boolean {
  switch (operator) {
    case 'In':
      return value !== undefined && (values ?? []).includes(value);
    case 'NotIn':
      return value === undefined || !(values ?? []).includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
      return value !== undefined && INTEGER.test(value) && BigInt(value) > BigInt(values?.[0] ?? '0');
    case 'Lt':
      return value !== undefined && INTEGER.test(value) && BigInt(value) < BigInt(values?.[0] ?? '0');
    default:
      return false;
  }
}

/** A requirement that cannot be read never holds. */
function isValid({ operator, values }: Requirement): boolean {
  const count = values?.length ?? 0;
  switch (operator) {
    case 'In':
    case 'NotIn':
      return count > 0 && (values ?? []).every((value) => labelValue(value).length === 0);
    case 'Exists':
    case 'DoesNotExist':
      return count === 0;
    case 'Gt':
    case 'Lt':
      return count === 1 && INTEGER.test(values?.[0] ?? '');
    default:
      return false;
  }
}
const INTEGER = /^[+-]?[0-9]+$/;
