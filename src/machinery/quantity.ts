// Quantities of resources (`100m`, `1.5Gi`): exact decimals with a family of units. Models apimachinery
// pkg/api/resource. Left out: exponents beyond 100, which are refused here.

export type QuantityFormat = 'DecimalSI' | 'BinarySI' | 'DecimalExponent';

/** In billionths, which is exact: upstream rounds to them as well, away from zero. */
export interface Quantity {
  readonly nanos: bigint;
  readonly format: QuantityFormat;
}

/** The apiserver's text for a value that is no quantity. */
export const QUANTITY_ERROR = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

const NANO = 1_000_000_000n;
const MAX_BINARY = ((1n << 63n) - 1n) * NANO;
const DECIMAL: readonly (readonly [suffix: string, exponent: number])[] = [
  ['n', -9],
  ['u', -6],
  ['m', -3],
  ['', 0],
  ['k', 3],
  ['M', 6],
  ['G', 9],
  ['T', 12],
  ['P', 15],
  ['E', 18],
];
const BINARY = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];

interface Parts {
  readonly negative: boolean;
  /** Without leading zeros; '0' if there are none. */
  readonly whole: string;
  readonly fraction: string;
  readonly format: QuantityFormat;
  /** Of ten, or of two for BinarySI. */
  readonly exponent: number;
}

function split(text: string): Parts | null {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?([eEinumkKMGTP]*[-+]?\d*)$/.exec(text);
  if (!match || text === '' || text.length > 100) return null;
  const suffix = suffixOf(match[4] ?? '');
  if (!suffix) return null;
  return { negative: match[1] === '-', whole: (match[2] ?? '').replace(/^0+/, '') || '0', fraction: match[3] ?? '', ...suffix };
}

function suffixOf(suffix: string): Pick<Parts, 'format' | 'exponent'> | null {
  const decimal = DECIMAL.find(([name]) => name === suffix);
  if (decimal) return { format: 'DecimalSI', exponent: decimal[1] };
  const binary = BINARY.indexOf(suffix);
  if (binary > 0) return { format: 'BinarySI', exponent: binary * 10 };
  const exponent = /^[eE][+-]?\d+$/.test(suffix) ? Number(suffix.slice(1)) : Number.NaN;
  return Math.abs(exponent) <= 100 ? { format: 'DecimalExponent', exponent } : null;
}

const parses = new Map<string, Quantity | null>();
const CACHE_LIMIT = 10_000;

function cached<T>(cache: Map<string, T>, text: string, make: (text: string) => T): T {
  let value = cache.get(text);
  if (value === undefined) {
    value = make(text);
    if (cache.size >= CACHE_LIMIT) cache.clear();
    cache.set(text, value);
  }
  return value;
}

/** Null if `text` is no quantity. */
export const parseQuantity = (text: string): Quantity | null =>
  cached(parses, text, () => {
    const parts = split(text);
    return parts && valueOf(parts);
  });

function valueOf({ negative, whole, fraction, format, exponent }: Parts): Quantity {
  const digits = BigInt(whole + fraction);
  const tens = (format === 'BinarySI' ? 0 : exponent) - fraction.length + 9;
  const scaled = format === 'BinarySI' ? digits << BigInt(exponent) : digits;
  let nanos = tens >= 0 ? scaled * 10n ** BigInt(tens) : divideUp(scaled, 10n ** BigInt(-tens));
  if (format === 'BinarySI' && nanos > MAX_BINARY) nanos = MAX_BINARY;
  const small = format === 'BinarySI' && nanos > 0n && nanos < NANO;
  return { nanos: negative ? -nanos : nanos, format: small ? 'DecimalSI' : format };
}

/** Rounded away from zero. */
function divideUp(value: bigint, by: bigint): bigint {
  const quotient = value / by;
  if (quotient * by === value) return quotient;
  return value < 0n ? quotient - 1n : quotient + 1n;
}

const texts = new Map<string, string>();

/** A quantity as the apiserver gives it back: `1024Mi` -> `1Gi`. A text that is no quantity stays as it is. */
export const canonicalQuantity = (text: string): string =>
  cached(texts, text, () => {
    const parts = split(text);
    return parts === null || keepsText(parts) ? text : quantityText(valueOf(parts));
  });

/** Upstream keeps the text of what its fast path takes for canonical, so `1.234` stays while `1.2` is `1200m`. */
function keepsText({ whole, fraction, format, exponent }: Parts): boolean {
  const digits = whole + fraction;
  if (format === 'BinarySI') {
    if (fraction !== '' || 14 - whole.length - Math.trunc((exponent * 3) / 10) < 0) return false;
    return (BigInt(whole) & 7n) !== 0n;
  }
  const scale = exponent - fraction.length;
  return digits.length <= 18 && scale >= -9 && scale % 3 === 0 && !digits.endsWith('000') && !digits.startsWith('0');
}

/** Canonical text: no fraction, the largest suffix that loses nothing. */
export function quantityText({ nanos, format }: Quantity): string {
  if (nanos === 0n) return '0';
  const small = nanos > -1024n * NANO && nanos < 1024n * NANO;
  if (format === 'BinarySI' && !small && nanos % NANO === 0n) return binaryText(nanos / NANO);
  return decimalText(nanos, format === 'DecimalExponent');
}

function binaryText(value: bigint): string {
  let power = 0;
  let rest = value;
  for (; power < BINARY.length - 1 && rest % 1024n === 0n; power++) rest /= 1024n;
  return `${rest}${BINARY[power]}`;
}

function decimalText(nanos: bigint, withExponent: boolean): string {
  let exponent = -9;
  let rest = nanos;
  for (; (withExponent || exponent < 18) && rest % 1000n === 0n; exponent += 3) rest /= 1000n;
  if (withExponent) return exponent === 0 ? String(rest) : `${rest}e${exponent}`;
  return `${rest}${DECIMAL[exponent / 3 + 3]?.[0]}`;
}

/** Negative, zero, positive. */
export const compareQuantities = (a: Quantity, b: Quantity): number => (a.nanos < b.nanos ? -1 : a.nanos > b.nanos ? 1 : 0);

/** In the format of `a`, or of `b` if `a` is zero. */
export const addQuantities = (a: Quantity, b: Quantity): Quantity => ({
  nanos: a.nanos + b.nanos,
  format: a.nanos === 0n ? b.format : a.format,
});
export const subQuantities = (a: Quantity, b: Quantity): Quantity => ({
  nanos: a.nanos - b.nanos,
  format: a.nanos === 0n ? b.format : a.format,
});
export const negateQuantity = (a: Quantity): Quantity => ({ nanos: -a.nanos, format: a.format });
/** By an integer. */
export const multiplyQuantity = (a: Quantity, by: bigint): Quantity => ({ nanos: a.nanos * by, format: a.format });

/** Rounded away from zero to a power of ten (`-3`: thousandths), and whether that lost nothing. */
export function roundUpQuantity({ nanos, format }: Quantity, scale: number): { readonly value: Quantity; readonly exact: boolean } {
  if (scale <= -9) return { value: { nanos, format }, exact: true };
  const unit = 10n ** BigInt(scale + 9);
  const rounded = divideUp(nanos, unit) * unit;
  return { value: { nanos: rounded, format }, exact: rounded === nanos };
}

/** As the nearest number; for ratios and charts, not for accounts. */
export const approximateQuantity = ({ nanos }: Quantity): number => (nanos % NANO === 0n ? Number(nanos / NANO) : Number(nanos) / 1e9);

const values = new Map<string, number>();
const millis = new Map<string, number>();

const inUnits = (cache: Map<string, number>, text: string | number | undefined, unit: bigint): number =>
  text === undefined
    ? 0
    : cached(cache, String(text), (all) => {
        const quantity = parseQuantity(all);
        return quantity ? Number(divideUp(quantity.nanos, unit)) : 0;
      });

/** Rounded up to whole units, for memory, pods and the like; 0 for an absent or bad text. */
export const quantityValue = (text: string | number | undefined): number => inUnits(values, text, NANO);

/** Rounded up to thousandths, for cpu; 0 for an absent or bad text. */
export const quantityMilli = (text: string | number | undefined): number => inUnits(millis, text, 1_000_000n);

/** The canonical text of so many whole units. */
export const quantityOf = (value: number, format: QuantityFormat): string => quantityText({ nanos: BigInt(value) * NANO, format });
