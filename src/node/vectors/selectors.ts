// Label and field selectors, against machinery/selector.ts, selector-parser.ts and field-selector.ts.
import { type Json, jsonEqual } from '../../base/json';
import {
  escapeFieldValue,
  fieldSelectorText,
  matchesFields,
  parseFieldSelector,
  splitTerm,
  splitTerms,
} from '../../machinery/field-selector';
import {
  type LabelSelector,
  type Labels,
  labelSelectorAsMap,
  labelSelectorAsSelector,
  matchesSelector,
  NOTHING,
  type Requirement,
  requirementErrors,
  selectorOfMap,
  selectorText,
  selectorWith,
} from '../../machinery/selector';
import { parseLabelMap, parseLabelSelector } from '../../machinery/selector-parser';
import type { Adapter } from './adapter';

interface Case {
  readonly group: string;
  readonly id: string;
  readonly input: unknown;
  readonly expect: Json;
}
interface Matching {
  readonly selector: string & Labels;
  readonly labels: Labels;
  readonly fields: Labels;
  readonly requirements: readonly Requirement[];
}

/** A zero requirement of Go's, which has no operator, matches nothing. */
const known = ({ requirements }: Matching): boolean => requirements.every(({ op }) => Boolean(op));
const fieldsOf =
  (labels: Labels) =>
  (field: string): string =>
    labels[field] ?? '';

function labelAnswer(
  group: string,
  input: unknown,
  text: string,
  matching: Matching,
  expect: { readonly requirements?: Json; readonly equal?: boolean },
): Json | undefined {
  switch (group) {
    case 'label-to-map': {
      const labels = parseLabelMap(text);
      return labels.ok ? { valid: true, labels: labels.value } : { valid: false };
    }
    case 'label-parse-roundtrip':
    case 'label-parse-invalid': {
      const selector = parseLabelSelector(text);
      return selector.ok ? { valid: true, string: selectorText(selector.value) } : { valid: false };
    }
    case 'label-set-parse': {
      const selector = parseLabelSelector(text);
      if (!selector.ok) return { valid: false };
      const requirements = selector.value.requirements.map((one) => ({ ...one }));
      return {
        valid: true,
        equal: jsonEqual(requirements, expect.requirements),
        requirements: expect.equal ? requirements : (expect.requirements ?? []),
      };
    }
    case 'label-match': {
      const selector = parseLabelSelector(matching.selector);
      return { match: selector.ok && matchesSelector(selector.value, matching.labels) };
    }
    case 'label-match-set':
      return { match: matchesSelector(selectorOfMap(matching.selector), matching.labels) };
    case 'label-requirements-match':
      return { match: known(matching) && matchesSelector(selectorWith(matching.requirements), matching.labels) };
    case 'label-to-string':
      return selectorText(selectorWith(input as readonly Requirement[]));
    case 'label-requirement-new':
      return { errors: requirementErrors(input as Requirement).map(({ type, field, value }) => ({ type, field, badValue: value })) };
    case 'labelselector-to-string': {
      const selector = labelSelectorAsSelector(input as LabelSelector | null);
      if (!selector.ok) return { error: true };
      return { selector: selector.value === NOTHING ? 'nothing' : selectorText(selector.value) };
    }
    case 'labelselector-as-map': {
      const labels = labelSelectorAsMap(input as LabelSelector | null);
      return labels.ok ? { map: labels.value } : { error: true };
    }
    default:
      return undefined;
  }
}

function fieldAnswer(group: string, text: string, matching: Matching): Json | undefined {
  switch (group) {
    case 'field-parse': {
      const selector = parseFieldSelector(text);
      return selector.ok ? { valid: true, string: fieldSelectorText(selector.value) } : { valid: false };
    }
    case 'field-match': {
      const selector = parseFieldSelector(matching.selector);
      return { match: selector.ok && matchesFields(selector.value, fieldsOf(matching.fields)) };
    }
    case 'field-match-set': {
      const selector = Object.entries(matching.selector as Labels).map(([field, value = '']) => ({ field, op: '=' as const, value }));
      return { match: matchesFields(selector, fieldsOf(matching.fields)) };
    }
    case 'field-split-terms':
      return splitTerms(text);
    case 'field-split-term': {
      const term = splitTerm(text);
      return term ? { ok: true, lhs: term.field, op: term.op, rhs: term.value } : { ok: false };
    }
    case 'field-escape':
      return escapeFieldValue(text);
    default:
      return undefined;
  }
}

/** Upstream's test compares with its input less the blanks; the file holds the input as it is. */
const withoutBlanks = (expect: Json): Json => {
  const { valid, string } = expect as { readonly valid: boolean; readonly string: string };
  return { valid, string: string.replaceAll(' ', '') };
};

export const adapter: Adapter = (file) =>
  (file as { readonly cases: readonly Case[] }).cases.map(({ group, id, input, expect }) => ({
    group,
    id,
    run() {
      const [text, matching] = [input as string, input as Matching];
      const found =
        fieldAnswer(group, text, matching) ?? labelAnswer(group, input, text, matching, expect as { readonly requirements?: Json });
      if (found === undefined) return 'unsupported group';
      return jsonEqual(found, group === 'label-parse-roundtrip' ? withoutBlanks(expect) : expect) ? null : JSON.stringify(found);
    },
  }));
