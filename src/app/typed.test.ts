import { describe, expect, it } from 'vitest';
import { typedInput } from './typed';

describe('what was typed', () => {
  it('is a command of kubectl, with the manifest beside it', () => {
    expect(typedInput('kubectl get pods', null)).toEqual({ ok: true, value: { type: 'kubectl', line: 'kubectl get pods' } });
    expect(typedInput('kubectl apply -f -', 'kind: Pod')).toEqual({
      ok: true,
      value: { type: 'kubectl', line: 'kubectl apply -f -', stdin: 'kind: Pod' },
    });
  });

  it('is a request where it begins with curl, and refused where that names nothing to ask', () => {
    expect(typedInput('curl 10.96.0.10:80', null)).toMatchObject({ ok: true, value: { type: 'request' } });
    expect(typedInput('curl', null)).toEqual({ ok: false, error: 'not-a-request' });
  });

  it('is refused where it is longer than a command or a manifest may be', () => {
    expect(typedInput('k'.repeat(8_193), null)).toEqual({ ok: false, error: 'too-long' });
    expect(typedInput('kubectl apply -f -', 'k'.repeat(131_073))).toEqual({ ok: false, error: 'too-long' });
  });
});
