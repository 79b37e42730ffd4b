// What the chambers of kube-apiserver said to one request, from its chain record.
import { isObject, type Json, type JsonObject } from '../../base/json';
import type { Chamber } from '../layout';

export interface Verdict {
  readonly chamber: Chamber;
  readonly state: 'passed' | 'refused';
  /** What the chamber said, short: a user, a priority level, a reason. */
  readonly says: string;
}

const CHAMBER_OF: { readonly [stage: string]: Chamber } = {
  authentication: 'authentication',
  impersonation: 'authentication',
  'priority-and-fairness': 'fairness',
  authorization: 'authorization',
  'mutating-admission': 'mutating',
  validation: 'validation',
  'validating-admission': 'validating',
};

/** What the whole request got: a code, and the Status' message if it was refused. */
export interface Answered {
  readonly status: number;
  readonly message: string;
}

/** One verdict per chamber that was reached, in their order. A request that no chamber refused is stored if
 *  it came as far as validating admission, unless storage refuses; a read is answered after authorization. */
export function verdictsOf(chain: JsonObject | null, answered: Answered | null): readonly Verdict[] {
  if (chain === null) return [];
  const verdicts: Verdict[] = [];
  for (const stage of listOf(chain.stages)) {
    const chamber = CHAMBER_OF[textOf(stage.stage)];
    if (chamber === undefined) continue;
    const verdict = verdictOf(chamber, stage, chain);
    const last = verdicts[verdicts.length - 1];
    if (last?.chamber === chamber) verdicts[verdicts.length - 1] = verdict;
    else verdicts.push(verdict);
    if (verdict.state === 'refused') return verdicts;
  }
  if (answered !== null && answered.status >= 400) verdicts.push({ chamber: 'storage', state: 'refused', says: answered.message });
  else if (verdicts.at(-1)?.chamber === 'validating') verdicts.push({ chamber: 'storage', state: 'passed', says: 'to etcd' });
  return verdicts;
}

function verdictOf(chamber: Chamber, stage: JsonObject, chain: JsonObject): Verdict {
  const plugins = listOf(stage.plugins);
  const refusedBy = plugins.find((plugin) => typeof plugin.refused === 'string');
  if (refusedBy !== undefined) return { chamber, state: 'refused', says: `${textOf(refusedBy.name)}: ${textOf(refusedBy.refused)}` };
  const verdict = textOf(stage.verdict);
  if (verdict !== '' && verdict !== 'ok') return { chamber, state: 'refused', says: textOf(stage.reason) || verdict };
  return { chamber, state: 'passed', says: saysOf(chamber, stage, plugins, chain) };
}

function saysOf(chamber: Chamber, stage: JsonObject, plugins: readonly JsonObject[], chain: JsonObject): string {
  switch (chamber) {
    case 'authentication':
      return shortUser(textOf(chain.user));
    case 'fairness':
      return textOf(stage.priorityLevel);
    case 'authorization':
      return 'allowed';
    case 'mutating':
      return plugins.length === 0 ? 'unchanged' : `changed by ${plugins.length}`;
    case 'validation':
      return 'valid';
    case 'validating':
      return 'no objection';
    case 'storage':
      return 'to etcd';
  }
}

/** `system:serviceaccount:kube-system:replicaset-controller` -> `replicaset-controller`. */
const shortUser = (user: string): string => user.slice(user.lastIndexOf(':') + 1);

const textOf = (value: Json | undefined): string => (typeof value === 'string' ? value : '');
const listOf = (value: Json | undefined): readonly JsonObject[] =>
  Array.isArray(value) ? (value as readonly Json[]).filter(isObject) : [];

/** The code of an answer, and what its Status says; null for what is none. */
export function answeredBy(payload: Json | null): Answered | null {
  if (!isObject(payload) || payload.kind !== 'response' || typeof payload.status !== 'number') return null;
  const message = isObject(payload.body) && typeof payload.body.message === 'string' ? payload.body.message : String(payload.status);
  return { status: payload.status, message };
}

/** How many chambers a request that has come `share` of its way through the gate has entered. */
export const entered = (share: number, reached: number): number =>
  Math.min(reached, Math.floor(share * reached + 1e-9) + (share < 1 ? 1 : 0));
