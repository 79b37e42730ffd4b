// What names, labels, ports and addresses may look like. Each function returns upstream's complaints, none if
// the value is good. Models apimachinery pkg/util/validation and pkg/api/validation.
import { assert } from '../base/assert';
const todo = (..._: readonly unknown[]): never => assert(false, 'not yet') as never;
export type Complaints = readonly string[];
export const dns1123Label = (value: string): Complaints => todo(value);
export const dns1123Subdomain = (value: string): Complaints => todo(value);
export const dns1035Label = (value: string): Complaints => todo(value);
export const wildcardDns1123Subdomain = (value: string): Complaints => todo(value);
export const qualifiedName = (value: string): Complaints => todo(value);
export const labelValue = (value: string): Complaints => todo(value);
export const portNumber = (value: number): Complaints => todo(value);
export const portName = (value: string): Complaints => todo(value);
export const inRange = (value: number, min: number, max: number): Complaints => todo(value, min, max);
export const percent = (value: string): Complaints => todo(value);
export const httpHeaderName = (value: string): Complaints => todo(value);
export const configMapKey = (value: string): Complaints => todo(value);
export const envVarName = (value: string): Complaints => todo(value);
export const relaxedEnvVarName = (value: string): Complaints => todo(value);
/** RBAC names: no `/`, no `%`, not `.` or `..`. */
export const pathSegmentName = (value: string): Complaints => todo(value);
export const domainPrefixedPath = (value: string): Complaints => todo(value);
export const fullyQualifiedDomainName = (value: string): Complaints => todo(value);
/** `generateName` is checked with its trailing dash masked. */
export const maskTrailingDash = (value: string): string => todo(value);
