// A kubectl line as it stands in a link: `scale deployment test --replicas=3`, without the word kubectl, and with its
// virtual time before it if it has one: `@90s get pods`. A blank is a plus sign.
import { type Json, jsonEqual } from '../base/json';
import type { TimedInput } from '../wire/run';

const KUBECTL = 'kubectl ';
const UNITS: readonly (readonly [name: string, us: number])[] = [
  ['s', 1_000_000],
  ['ms', 1_000],
  ['us', 1],
];

/** Null if the input says more than a line can. */
export function textOfLine(given: TimedInput): string | null {
  const { when, input } = given;
  if (input.type !== 'kubectl' || !input.line.startsWith(KUBECTL)) return null;
  const at = when !== 'rest' && 'atUs' in when ? `@${timeText(when.atUs)} ` : '';
  const rest = input.line.slice(KUBECTL.length);
  const text = escaped(at + (/^(@|kubectl( |$))/.test(rest) ? input.line : rest));
  return text !== null && jsonEqual(lineOfText(text) as unknown as Json, given as unknown as Json) ? text : null;
}

/** Null if it cannot be read. */
export function lineOfText(text: string): TimedInput | null {
  const told = unescaped(text);
  if (told === null) return null;
  const [, count, unit, after] = /^@(\d{1,15})(s|ms|us) (.*)$/s.exec(told) ?? [];
  const line = after ?? told;
  const us = UNITS.find(([name]) => name === unit)?.[1] ?? 0;
  return {
    when: count === undefined ? 'rest' : { atUs: Number(count) * us },
    input: { type: 'kubectl', line: line.startsWith(KUBECTL) ? line : KUBECTL + line },
  };
}

function timeText(atUs: number): string {
  const [name, us] = UNITS.find(([, unit]) => atUs % unit === 0) ?? ['us', 1];
  return `${atUs / us}${name}`;
}

/** What a chat or a mail does not break stays as it is. Null for half a character, which no link can carry. */
function escaped(text: string): string | null {
  try {
    return encodeURIComponent(text)
      .replace(/%20/g, '+')
      .replace(/%(2F|3A|3D|2C|40)/g, (code) => decodeURIComponent(code))
      .replace(/[!'()*]/g, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`);
  } catch {
    return null;
  }
}

function unescaped(text: string): string | null {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return null;
  }
}
