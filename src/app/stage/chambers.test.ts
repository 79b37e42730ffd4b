import { describe, expect, it } from 'vitest';
import { CHAMBERS } from '../layout';
import { answeredBy, entered, verdictsOf } from './chambers';

const AUTHENTICATED = { stage: 'authentication', verdict: 'ok', reason: 'client certificate' };
const FLOW = { stage: 'priority-and-fairness', flowSchema: 'service-accounts', priorityLevel: 'workload-low' };
const ALLOWED = { stage: 'authorization', verdict: 'ok', reason: '' };
const WRITE = [
  AUTHENTICATED,
  FLOW,
  ALLOWED,
  { stage: 'mutating-admission', plugins: [{ name: 'Priority', changed: ['spec.priority'] }] },
  { stage: 'validation', verdict: 'ok' },
  { stage: 'validating-admission', plugins: [] },
];
const chain = (...stages: object[]) => ({ request: 1, user: 'system:serviceaccount:kube-system:deployment-controller', stages }) as never;
const OK = { status: 201, message: '' };

describe('verdicts', () => {
  it('a write passes all chambers, in their order, and is stored', () => {
    const verdicts = verdictsOf(chain(...WRITE), OK);
    expect(verdicts.map(({ chamber }) => chamber)).toEqual(CHAMBERS);
    expect(verdicts.every(({ state }) => state === 'passed')).toBe(true);
    expect(verdicts[0]?.says).toBe('deployment-controller');
    expect(verdicts[3]?.says).toBe('changed by 1');
  });

  it('a read is answered after authorization', () => {
    expect(verdictsOf(chain(AUTHENTICATED, FLOW, ALLOWED), { status: 200, message: '' }).at(-1)?.chamber).toBe('authorization');
  });

  it('a refusal stops in its chamber and says why', () => {
    const refused = { stage: 'authorization', verdict: 'refused', reason: 'no rule allows it' };
    expect(verdictsOf(chain(AUTHENTICATED, FLOW, refused), { status: 403, message: 'forbidden' }).at(-1)).toEqual({
      chamber: 'authorization',
      state: 'refused',
      says: 'no rule allows it',
    });
  });

  it('an admission plugin refuses by name', () => {
    const stages = [
      AUTHENTICATED,
      FLOW,
      ALLOWED,
      { stage: 'mutating-admission', plugins: [{ name: 'PodSecurity', refused: 'privileged' }] },
    ];
    expect(verdictsOf(chain(...stages), { status: 403, message: '' }).at(-1)).toMatchObject({
      state: 'refused',
      says: 'PodSecurity: privileged',
    });
  });

  it('what no chamber refused and yet failed was refused by storage', () => {
    expect(verdictsOf(chain(...WRITE), { status: 409, message: 'changed meanwhile' }).at(-1)).toEqual({
      chamber: 'storage',
      state: 'refused',
      says: 'changed meanwhile',
    });
  });

  it('none without a record', () => expect(verdictsOf(null, OK)).toEqual([]));
});

it('chambers are entered one after another, all at the end', () => {
  const shares = Array.from({ length: 101 }, (_, i) => entered(i / 100, 7));
  expect(shares[0]).toBe(1);
  expect(shares.at(-1)).toBe(7);
  expect(new Set(shares).size).toBe(7);
  expect([...shares].sort((a, b) => a - b)).toEqual(shares);
});

it('an answer tells its code and message, anything else nothing', () => {
  expect(answeredBy({ kind: 'response', status: 404, body: { message: 'not found' } })).toEqual({ status: 404, message: 'not found' });
  expect(answeredBy({ kind: 'request', method: 'GET' })).toBeNull();
});
