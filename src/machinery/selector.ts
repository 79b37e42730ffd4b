// Label selectors: matching, and the LabelSelector objects of the API. Models apimachinery pkg/labels/selector.go
// and meta/v1 LabelSelectorAsSelector. Parsing is in selector-parser.ts.
import { compareBytes, sortedBy } from '../base/order';
import { err, ok, type Result } from '../base/result';
import { goQuote } from './go-json';
import { labelValue, qualifiedName } from './names';
import { aggregateText, type FieldError, fieldErrorText, fieldInvalid, fieldNotSupported } from './status';

export type Labels = { readonly [key: string]: string | undefined };
export type Operator = '=' | '==' | '!=' | 'in' | 'notin' | 'exists' | '!' | 'gt' | 'lt';

export interface Requirement {
  readonly key: string;
  readonly op: Operator;
  readonly values: readonly string[];
}

export interface LabelSelector {
  readonly matchLabels?: Labels;
  readonly matchExpressions?: readonly { readonly key: string; readonly operator: string; readonly values?: readonly string[] }[];
}

/** All requirements must hold; `nothing` matches no labels at all. */
export interface Selector {
  readonly nothing: boolean;
  readonly requirements: readonly Requirement[];
}

export const EVERYTHING: Selector = { nothing: false, requirements: [] };
export const NOTHING: Selector = { nothing: true, requirements: [] };

/** Requirements in the order of their keys. */
export const selectorWith = (requirements: readonly Requirement[]): Selector => ({
  nothing: false,
  requirements: requirements.length < 2 ? requirements : sortedBy(requirements, ({ key }) => key),
});

const OPERATORS: readonly Operator[] = ['in', 'notin', '=', '==', '!=', 'gt', 'lt', 'exists', '!'];

/** What is wrong with a requirement: NewRequirement's field errors, under `path` (`key`, `values[0]`). */
export function requirementErrors(
  { key, op, values }: { readonly key: string; readonly op: string; readonly values: readonly string[] },
  path = '',
): FieldError[] {
  const errors: FieldError[] = [];
  const at = (name: string): string => (path === '' ? name : `${path}.${name}`);
  const keyErrors = qualifiedName(key);
  if (keyErrors.length > 0) errors.push(fieldInvalid(at('key'), key, keyErrors.join('; ')));
  const complain = (detail: string): unknown => errors.push(fieldInvalid(at('values'), values, detail));
  if (op === 'in' || op === 'notin') {
    if (values.length === 0) complain("for 'in', 'notin' operators, values set can't be empty");
  } else if (op === '=' || op === '==' || op === '!=') {
    if (values.length !== 1) complain('exact-match compatibility requires one single value');
  } else if (op === 'exists' || op === '!') {
    if (values.length !== 0) complain('values set must be empty for exists and does not exist');
  } else if (op === 'gt' || op === 'lt') {
    if (values.length !== 1) complain("for 'Gt', 'Lt' operators, exactly one value is required");
    values.forEach((value, i) => {
      if (integerOf(value) === null)
        errors.push(fieldInvalid(at(`values[${i}]`), value, "for 'Gt', 'Lt' operators, the value must be an integer"));
    });
  } else {
    errors.push(fieldNotSupported(at('operator'), op, OPERATORS));
  }
  values.forEach((value, i) => {
    const complaints = labelValue(value);
    if (complaints.length > 0) errors.push(fieldInvalid(`${at(`values[${i}]`)}[${key}]`, value, complaints.join('; ')));
  });
  return errors;
}

const integerOf = (text: string): bigint | null => (/^[+-]?\d{1,19}$/.test(text) ? BigInt(text) : null);

/** As upstream prints a selector; its text selects the same. */
export const selectorText = (selector: Selector): string => selector.requirements.map(requirementText).join(',');

function requirementText({ key, op, values }: Requirement): string {
  const list = values.length < 2 ? (values[0] ?? '') : [...values].sort(compareBytes).join(',');
  switch (op) {
    case 'exists':
      return key;
    case '!':
      return `!${key}`;
    case 'in':
    case 'notin':
      return `${key} ${op} (${list})`;
    case 'gt':
      return `${key}>${list}`;
    case 'lt':
      return `${key}<${list}`;
    default:
      return `${key}${op}${list}`;
  }
}

const NO_LABELS: Labels = {};

export function matchesSelector({ nothing, requirements }: Selector, labels: Labels | undefined | null): boolean {
  if (nothing) return false;
  const all = labels ?? NO_LABELS;
  for (const requirement of requirements) if (!matchesRequirement(requirement, all)) return false;
  return true;
}

function matchesRequirement({ key, op, values }: Requirement, labels: Labels): boolean {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (op) {
    case '=':
    case '==':
    case 'in':
      return value !== undefined && values.includes(value);
    case '!=':
    case 'notin':
      return value === undefined || !values.includes(value);
    case 'exists':
      return value !== undefined;
    case '!':
      return value === undefined;
    case 'gt':
    case 'lt': {
      const [mine, theirs] = [integerOf(value ?? ''), integerOf(values[0] ?? '')];
      if (mine === null || theirs === null || values.length !== 1) return false;
      return op === 'gt' ? mine > theirs : mine < theirs;
    }
  }
}

/** Every member of `wanted` is in `labels`: how Services, nodeSelectors and matchLabels match. */
export function containsLabels(labels: Labels | undefined, wanted: Labels): boolean {
  for (const key in wanted) if (wanted[key] !== undefined && labels?.[key] !== wanted[key]) return false;
  return true;
}

/** Of a map of equal labels. */
export const selectorOfMap = (labels: Labels): Selector =>
  selectorWith(Object.entries(labels).map(([key, value = '']) => ({ key, op: '=', values: [value] })));

const OBJECT_OPERATORS: { readonly [name: string]: Operator } = { In: 'in', NotIn: 'notin', Exists: 'exists', DoesNotExist: '!' };
const made = new WeakMap<LabelSelector, Selector>();

/** Of a LabelSelector object: null or undefined selects nothing, {} everything; one that is not valid selects
 *  nothing. Kept per object, so that matching one selector against many objects is cheap. */
export function selectorOf(selector: LabelSelector | null | undefined): Selector {
  if (!selector) return NOTHING;
  let result = made.get(selector);
  if (!result) {
    const checked = labelSelectorAsSelector(selector);
    result = checked.ok ? checked.value : NOTHING;
    made.set(selector, result);
  }
  return result;
}

/** As `selectorOf`, with upstream's error for one that is not valid. */
export function labelSelectorAsSelector(selector: LabelSelector | null | undefined): Result<Selector> {
  if (!selector) return ok(NOTHING);
  const requirements: Requirement[] = Object.entries(selector.matchLabels ?? {}).map(([key, value = '']) => ({
    key,
    op: '=',
    values: [value],
  }));
  for (const { key, operator, values = [] } of selector.matchExpressions ?? []) {
    const op = OBJECT_OPERATORS[operator];
    if (!op) return err(`${goQuote(operator)} is not a valid label selector operator`);
    requirements.push({ key, op, values });
  }
  const errors = requirements.flatMap((requirement) => requirementErrors(requirement)).map(fieldErrorText);
  return errors.length > 0 ? err(aggregateText(errors)) : ok(selectorWith(requirements));
}

/** Only what equality can say, as labels (meta/v1 LabelSelectorAsMap). */
export function labelSelectorAsMap(selector: LabelSelector | null | undefined): Result<Labels | null> {
  if (!selector) return ok(null);
  const labels: Record<string, string | undefined> = { ...selector.matchLabels };
  for (const { key, operator, values = [] } of selector.matchExpressions ?? []) {
    if (operator !== 'In') return err(`operator ${goQuote(operator)} cannot be converted into the old label selector format`);
    if (values.length !== 1) return err('operator "In" without a single value cannot be converted into the old label selector format');
    labels[key] = values[0];
  }
  return ok(labels);
}
