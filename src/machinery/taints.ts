// Which tolerations tolerate which taints. Models component-helpers/scheduling/corev1/helpers.go and
// k8s.io/api/core/v1 toleration.go (with the operators Gt and Lt of 1.35).
import type { Taint, Toleration } from './types';

/** Taints that keep a pod off a node; PreferNoSchedule only lowers its score. */
export const forbids = ({ effect }: Taint): boolean => effect === 'NoSchedule' || effect === 'NoExecute';

export function tolerates(toleration: Toleration, taint: Taint): boolean {
  if (toleration.effect && toleration.effect !== taint.effect) return false;
  if (toleration.key && toleration.key !== taint.key) return false;
  switch (toleration.operator) {
    case undefined:
    case '':
    case 'Equal':
      return (toleration.value ?? '') === (taint.value ?? '');
    case 'Exists':
      return true;
    case 'Gt':
      return compareIntegers(taint.value, toleration.value) === 1;
    case 'Lt':
      return compareIntegers(taint.value, toleration.value) === -1;
    default:
      return false;
  }
}

/** The first taint that is of interest and not tolerated. */
export const untolerated = (
  taints: readonly Taint[] | undefined,
  tolerations: readonly Toleration[] | undefined,
  ofInterest: (taint: Taint) => boolean,
): Taint | undefined => taints?.find((taint) => ofInterest(taint) && !tolerations?.some((toleration) => tolerates(toleration, taint)));

/** Of int64 texts without leading zeros; null if one is no such text. */
function compareIntegers(a: string | undefined, b: string | undefined): number | null {
  if (a === undefined || b === undefined || !INTEGER.test(a) || !INTEGER.test(b)) return null;
  const difference = BigInt(a) - BigInt(b);
  return difference > 0n ? 1 : difference < 0n ? -1 : 0;
}
const INTEGER = /^(0|-?[1-9][0-9]{0,18})$/;
