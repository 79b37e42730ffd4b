// Numbers or percentages (`maxSurge`, `targetPort`). Models apimachinery pkg/util/intstr.

export type IntOrString = number | string;

/** The number, and whether it is of percent; null for a text that is no percentage. */
export function valueAndPercent(value: IntOrString): { readonly value: number; readonly isPercent: boolean } | null {
  if (typeof value === 'number') return { value, isPercent: false };
  return /^[+-]?\d+%$/.test(value) ? { value: Number(value.slice(0, -1)), isPercent: true } : null;
}

/** That share of `total`, or the number itself; null for a text that is no percentage. */
export function scaledValue(value: IntOrString, total: number, roundUp: boolean): number | null {
  const parsed = valueAndPercent(value);
  if (!parsed?.isPercent) return parsed?.value ?? null;
  const share = (parsed.value * total) / 100;
  return roundUp ? Math.ceil(share) : Math.floor(share);
}

/** A text as kubectl reads it: a number if it is an int32, else the text. */
export function parseIntOrString(text: string): IntOrString {
  const value = Number(text);
  return /^[+-]?\d+$/.test(text) && value >= -2_147_483_648 && value <= 2_147_483_647 ? value : text;
}
