// A fault as it is typed on the command line: `fault partition from=node-1 to=kube-apiserver for=60s`.
// The fields are those of wire/run.ts; a field that ends in `Us` may be given as a duration without that ending.
import { object, problemsOf } from '../base/schema';
import { parseGoDuration } from '../machinery/duration';
import type { FaultSpec, Input } from '../wire/run';
import { FAULTS } from '../wire/run-schema';

/** What may be left out. */
const DEFAULTS: { readonly [field: string]: unknown } = { path: '', oneWay: false };

/** The input, or what is wrong with the text. */
export function faultFrom(line: string): Input | string {
  const [, kind = '', ...words] = line.trim().split(/\s+/);
  if (!isKind(kind)) return `there is no fault "${kind}"; known are ${Object.keys(FAULTS).join(', ')}`;
  const members = FAULTS[kind];
  const given: { [field: string]: unknown } = { kind };
  for (const field of Object.keys(members)) if (field in DEFAULTS) given[field] = DEFAULTS[field];
  for (const word of words) {
    const [name = '', ...rest] = word.split('=');
    const value = rest.join('=');
    if (Object.hasOwn(members, `${name}Us`)) given[`${name}Us`] = parseGoDuration(value) ?? value;
    else given[name] = valueOf(value, members[name]?.type);
  }
  const [problem] = problemsOf(given, object({ kind: { const: kind }, ...members }));
  if (problem !== undefined) return `${[kind, ...problem.path].join(' ')} ${problem.text}`;
  return { type: 'fault', fault: given as unknown as FaultSpec };
}

const isKind = (kind: string): kind is FaultSpec['kind'] => Object.hasOwn(FAULTS, kind);

function valueOf(text: string, type: string | undefined): unknown {
  if (type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  return type === 'integer' ? Number(text) : text;
}
