// fieldValidation: what the server does about fields that a kind does not have.
// Models apiserver pkg/endpoints/handlers/rest.go and apimachinery's strict decoding errors.
import type { JsonObject } from '../../../base/json';
import { badRequest } from '../../../machinery/status';
import { type Refusal, refuse } from '../refusal';
import type { Kind } from './decoding';

export type FieldValidation = 'Ignore' | 'Warn' | 'Strict';
export const FIELD_VALIDATIONS = ['', 'Ignore', 'Strict', 'Warn'];

export const fieldValidationOf = (value: string | undefined): FieldValidation =>
  value === 'Ignore' || value === 'Strict' ? value : 'Warn';

export function checkFields(object: JsonObject, expected: Kind, validation: FieldValidation, warnings: string[]): JsonObject | Refusal {
  const complaints: string[] = [];
  if (complaints.length === 0) return object;
  if (validation === 'Strict') {
    return refuse(
      badRequest(
        `${expected.kind} in version "${expected.version}" cannot be handled as a ${expected.kind}: strict decoding error: ${complaints.join(', ')}`,
      ),
    );
  }
  if (validation === 'Warn') warnings.push(...complaints);
  return object;
}
