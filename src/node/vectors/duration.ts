// Ages, against machinery/duration.ts.
import { humanDuration, shortHumanDuration } from '../../machinery/duration';
import type { Adapter } from './adapter';

interface Case {
  readonly group: string;
  readonly id: string;
  readonly input: { readonly nanoseconds: number };
  readonly expect: string;
}

const FUNCTIONS: { readonly [group: string]: (us: number) => string } = { human: humanDuration, short: shortHumanDuration };

export const adapter: Adapter = (file) =>
  (file as { readonly cases: readonly Case[] }).cases.map(({ group, id, input, expect }) => ({
    group,
    id,
    run() {
      const text = FUNCTIONS[group]?.(Math.trunc(input.nanoseconds / 1000)) ?? 'unsupported group';
      return text === expect ? null : text;
    },
  }));
