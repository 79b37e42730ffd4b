// `-o go-template`: what a template of go-template-parser.ts makes of an object. Models text/template/exec.go with
// kubectl's setting that a missing key is `<no value>`.
import { isObject, type Json } from '../../../base/json';
import { compareBytes } from '../../../base/order';
import { err, ok, type Result } from '../../../base/result';
import { FUNCTIONS, printed, truth } from './go-template-functions';
import type { Command, Node, Operand, Pipeline } from './go-template-parser';

class ExecError {
  constructor(readonly text: string) {}
}

type Variables = ReadonlyMap<string, Json>;

export function goTemplateText(nodes: readonly Node[], value: Json): Result<string> {
  try {
    return ok(render(nodes, value, new Map([['$', value]])));
  } catch (error) {
    if (error instanceof ExecError) return err(error.text);
    throw error;
  }
}

function render(nodes: readonly Node[], dot: Json, outer: Variables): string {
  let variables = outer;
  let text = '';
  for (const node of nodes) {
    if (node.type === 'text') text += node.text;
    else if (node.type === 'print') {
      const value = pipelineValue(node.pipeline, dot, variables);
      variables = declared(node.pipeline, [value], variables);
      if (node.pipeline.declares.length === 0) text += printed(value);
    } else text += control(node, dot, variables);
  }
  return text;
}

const declared = ({ declares }: Pipeline, values: readonly Json[], variables: Variables): Variables =>
  declares.length === 0 ? variables : new Map([...variables, ...declares.map((name, i): [string, Json] => [name, values[i] ?? null])]);

function control(node: Extract<Node, { then: unknown }>, dot: Json, variables: Variables): string {
  const value = pipelineValue(node.pipeline, dot, variables);
  if (node.type === 'range') {
    const items = entriesOf(value);
    if (items.length === 0) return render(node.otherwise, dot, variables);
    const two = node.pipeline.declares.length > 1;
    return items.map(([key, item]) => render(node.then, item, declared(node.pipeline, two ? [key, item] : [item], variables))).join('');
  }
  if (!truth(value)) return render(node.otherwise, dot, variables);
  return render(node.then, node.type === 'with' ? value : dot, declared(node.pipeline, [value], variables));
}

function entriesOf(value: Json): [key: string | number, item: Json][] {
  if (Array.isArray(value)) return value.map((item, i) => [i, item as Json]);
  if (!isObject(value)) return [];
  return Object.keys(value)
    .sort(compareBytes)
    .map((key) => [key, value[key] ?? null]);
}

/** Each command's value is the last argument of the next. */
function pipelineValue({ commands }: Pipeline, dot: Json, variables: Variables): Json {
  let value: Json | undefined;
  for (const command of commands) value = commandValue(command, dot, variables, value);
  return value ?? null;
}

function commandValue([first, ...rest]: Command, dot: Json, variables: Variables, last: Json | undefined): Json {
  if (first === undefined) return null;
  if (first.type !== 'function') return operandValue(first, dot, variables);
  const args = rest.map((operand) => operandValue(operand, dot, variables));
  const result = FUNCTIONS.get(first.name)?.(last === undefined ? args : [...args, last]) ?? err('not a function');
  if (!result.ok) throw new ExecError(`error calling ${first.name}: ${result.error}`);
  return result.value;
}

function operandValue(operand: Operand, dot: Json, variables: Variables): Json {
  if (operand.type === 'literal') return operand.value;
  if (operand.type === 'function') return commandValue([operand], dot, variables, undefined);
  const { from, fields } = operand;
  let value = from === 'dot' ? dot : 'variable' in from ? (variables.get(from.variable) ?? null) : pipelineValue(from, dot, variables);
  for (const field of fields) value = isObject(value) ? (value[field] ?? null) : null;
  return value;
}
