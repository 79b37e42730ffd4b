// Numbers or percentages, against machinery/int-or-string.ts.
import { jsonEqual } from '../../base/json';
import { type IntOrString, parseIntOrString, scaledValue, valueAndPercent } from '../../machinery/int-or-string';
import type { Adapter } from './adapter';

interface Case {
  readonly group: string;
  readonly id: string;
  readonly input: unknown;
  readonly expect: IntOrString | { readonly [key: string]: number | boolean };
}

function answer({ group, input }: Case): Case['expect'] {
  if (group === 'parse') return parseIntOrString(input as string);
  if (group === 'value-and-percent') return valueAndPercent(input as IntOrString) ?? { error: true };
  if (group !== 'scaled-value') throw new Error(`unsupported group ${group}`);
  const { value, total, roundUp } = input as { readonly value: IntOrString; readonly total: number; readonly roundUp: boolean };
  const scaled = scaledValue(value, total, roundUp);
  return scaled === null ? { error: true } : { value: scaled };
}

export const adapter: Adapter = (file) =>
  (file as { readonly cases: readonly Case[] }).cases.map((one) => ({
    group: one.group,
    id: one.id,
    run: () => (jsonEqual(answer(one), one.expect) ? null : JSON.stringify(answer(one))),
  }));
