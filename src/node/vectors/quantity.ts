// Quantities, against machinery/quantity.ts. Not followed: cases of approx-float64 that expect 0 for 0.07340032, which
// the table's Go constant is not, and one of mul whose expected product is off by one.
import {
  addQuantities,
  approximateQuantity,
  canonicalQuantity,
  compareQuantities,
  multiplyQuantity,
  negateQuantity,
  parseQuantity,
  type Quantity,
  type QuantityFormat,
  quantityText,
  roundUpQuantity,
  subQuantities,
} from '../../machinery/quantity';
import type { Adapter } from './adapter';

interface Written {
  readonly decimal?: string | number;
  readonly format?: QuantityFormat;
  readonly i?: { readonly value: number; readonly scale: number };
}
interface Case {
  readonly group: string;
  readonly id: string;
  readonly input: unknown;
  readonly expect: unknown;
}
interface Input extends Written {
  readonly a: Written;
  readonly b: unknown;
  readonly x: string;
  readonly y: string;
  readonly in: string;
  readonly scale: number;
}
interface Expected extends Written {
  readonly canonical: string;
  readonly value: Written;
  readonly exact: boolean;
}

function quantityOf({ decimal = '0', format = 'DecimalSI', i }: Written): Quantity {
  const text = i ? `${i.value}e${i.scale}` : String(decimal);
  return { nanos: parsed(text).nanos, format };
}

function parsed(text: string): Quantity {
  const quantity = parseQuantity(text);
  if (!quantity) throw new Error(`${text} is no quantity`);
  return quantity;
}

const told = ({ nanos, format }: Quantity): string => `${nanos}n ${format}`;
const compared = (found: Quantity, expected: Written): [string, string] => [told(found), told(quantityOf(expected))];

/** What our code says, and what it should. */
function answer({ group, input: given, expect: wanted }: Case): [unknown, unknown] {
  const [input, expect, text] = [given as Input, wanted as Expected, given as string];
  switch (group) {
    case 'parse':
      return compared(parsed(text), expect);
    case 'parse-invalid':
      return [parseQuantity(text), null];
    case 'canonical':
      return [quantityText(quantityOf(input)), expect.canonical];
    case 'canonical-from-string':
      return [canonicalQuantity(text), expect];
    case 'cmp':
      return [compareQuantities(parsed(input.x), parsed(input.y)), expect];
    case 'round-up': {
      const { value, exact } = roundUpQuantity(parsed(input.in), input.scale);
      return [`${told(value)} ${exact}`, `${told(quantityOf(expect.value))} ${expect.exact}`];
    }
    case 'add':
      return compared(addQuantities(quantityOf(input.a), quantityOf(input.b as Written)), expect);
    case 'sub':
      return compared(subQuantities(quantityOf(input.a), quantityOf(input.b as Written)), expect);
    case 'neg':
      return compared(negateQuantity(quantityOf(input.a)), expect);
    case 'mul':
      return compared(multiplyQuantity(quantityOf(input.a), BigInt(input.b as number)), expect);
    case 'approx-float64':
      return [approximateQuantity(quantityOf(input)), expect];
    default:
      throw new Error(`unsupported group ${group}`);
  }
}

export const adapter: Adapter = (file) =>
  (file as { readonly cases: readonly Case[] }).cases.map((one) => ({
    group: one.group,
    id: one.id,
    run() {
      const [found, expected] = answer(one);
      return found === expected ? null : `${found}, not ${expected}`;
    },
  }));
