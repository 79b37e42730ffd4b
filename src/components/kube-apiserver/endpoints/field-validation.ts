// fieldValidation: what the server does about members that a kind does not have, or that stand twice.
// Models apiserver pkg/endpoints/handlers/rest.go and apimachinery's strict decoding errors.
import type { Member } from '../../../machinery/json-text';

export type FieldValidation = 'Ignore' | 'Warn' | 'Strict';
export const FIELD_VALIDATIONS = ['', 'Ignore', 'Strict', 'Warn'];

export const fieldValidationOf = (value: string | undefined): FieldValidation =>
  value === 'Ignore' || value === 'Strict' ? value : 'Warn';

/** How a request wants its body read, and where warnings go. */
export interface Reading {
  readonly validation: FieldValidation;
  readonly warnings: string[];
}

/** Null if nothing is wrong, or if that is only warned of. `members` are the text's, if any stands twice. */
export function strictProblem(unknown: readonly string[], members: readonly Member[], { validation, warnings }: Reading): string | null {
  if (validation === 'Ignore' || (unknown.length === 0 && members.length === 0)) return null;
  const complaints = complaintsOf(unknown, members);
  if (validation === 'Strict') return `strict decoding error: ${complaints.join(', ')}`;
  warnings.push(...complaints);
  return null;
}

/** In the order of the text; what is within an unknown member is not looked at. */
function complaintsOf(unknown: readonly string[], members: readonly Member[]): readonly string[] {
  const unknownField = (path: string): string => `unknown field "${path}"`;
  if (members.length === 0) return unknown.map(unknownField);
  const within = (path: string): boolean => unknown.some((other) => path.startsWith(`${other}.`) || path.startsWith(`${other}[`));
  return members.flatMap(({ path, again }) => {
    if (within(path)) return [];
    if (again) return [`duplicate field "${path}"`];
    return unknown.includes(path) ? [unknownField(path)] : [];
  });
}
