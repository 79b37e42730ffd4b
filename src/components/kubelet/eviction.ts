// When a node counts as short of something: thresholds as they are configured. The kubelet keeps so much back
// from what pods may ask for. Models ParseThresholdConfig of kubernetes pkg/kubelet/eviction/helpers.go and
// defaults_linux.go. What is done about it: `eviction-manager.ts`.
import { err, ok, type Result } from '../../base/result';
import { parseGoDuration } from '../../machinery/duration';
import { parseQuantity } from '../../machinery/quantity';
import type { StringMap } from '../../machinery/types';

export interface EvictionConfig {
  readonly evictionHard: StringMap;
  readonly evictionSoft?: StringMap;
  readonly evictionSoftGracePeriod?: StringMap;
  readonly evictionMinReclaim?: StringMap;
}
/** A share of the whole, or an amount. */
export type ThresholdValue = { readonly percentage: number } | { readonly quantity: string };
export interface Threshold {
  readonly signal: string;
  readonly value: ThresholdValue;
  readonly gracePeriodUs: number;
  readonly minReclaim: ThresholdValue | null;
}

export const DEFAULT_EVICTION_HARD: StringMap = {
  'memory.available': '100Mi',
  'nodefs.available': '10%',
  'nodefs.inodesFree': '5%',
  'imagefs.available': '15%',
  'imagefs.inodesFree': '5%',
};
const SIGNALS = [
  ...Object.keys(DEFAULT_EVICTION_HARD),
  'allocatableMemory.available',
  'containerfs.available',
  'containerfs.inodesFree',
  'pid.available',
];

/** Hard thresholds first. The error is the text with which a kubelet refuses to start. */
export function parseThresholds(config: EvictionConfig): Result<readonly Threshold[]> {
  const { evictionHard, evictionSoft = {}, evictionSoftGracePeriod = {}, evictionMinReclaim = {} } = config;
  const reclaims = new Map<string, ThresholdValue>();
  for (const [signal, text] of Object.entries(evictionMinReclaim)) {
    if (!SIGNALS.includes(signal)) return err(`unsupported eviction signal ${signal}`);
    const value = parseValue(signal, text, 'eviction minimum reclaim');
    if (!value.ok) return value;
    if (value.value !== null) reclaims.set(signal, value.value);
  }
  const thresholds: Threshold[] = [];
  for (const [signals, soft] of [[evictionHard, false] as const, [evictionSoft, true] as const]) {
    for (const [signal, text] of Object.entries(signals)) {
      if (!SIGNALS.includes(signal)) return err(`unsupported eviction signal ${signal}`);
      const value = parseValue(signal, text, 'eviction threshold');
      if (!value.ok) return value;
      if (value.value === null) continue;
      const grace = soft ? graceOf(signal, evictionSoftGracePeriod) : ok(0);
      if (!grace.ok) return grace;
      thresholds.push({ signal, value: value.value, gracePeriodUs: grace.value, minReclaim: reclaims.get(signal) ?? null });
    }
  }
  return ok(thresholds);
}

/** Null: 0% and 100% switch a threshold off. */
function parseValue(signal: string, text: string, what: string): Result<ThresholdValue | null> {
  if (text.endsWith('%')) {
    const number = text.slice(0, -1);
    if (!/^[+-]?(\d+\.?\d*|\.\d+)$/.test(number)) return err(`failed to parse percentage "${text}" for ${signal}`);
    const percentage = Number(number) / 100;
    if (percentage < 0) return err(`${what} ${signal} must be positive: ${text}`);
    return ok(percentage === 0 || percentage === 1 ? null : { percentage });
  }
  const quantity = parseQuantity(text);
  if (quantity === null) return err(`quantities must match the regular expression: ${text}`);
  if (quantity.nanos <= 0n) return err(`${what} ${signal} must be positive: ${text}`);
  return ok({ quantity: text });
}

function graceOf(signal: string, periods: StringMap): Result<number> {
  const text = periods[signal];
  if (text === undefined) return err(`grace period must be specified for the soft eviction threshold ${signal}`);
  const us = parseGoDuration(text);
  if (us === null) return err(`time: invalid duration "${text}"`);
  return us < 0 ? err(`invalid eviction grace period specified: ${signal}, must be a positive value`) : ok(us);
}
