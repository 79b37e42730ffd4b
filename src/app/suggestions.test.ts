import { expect, test } from 'vitest';
import { shortened, suggestionsAfter } from './suggestions';

const CREATE = 'kubectl create deployment test --image=nginx';

test('after a Deployment was created, what can be done with it', () => {
  expect(suggestionsAfter([CREATE])).toContain('kubectl scale deployment test --replicas=3');
});
test('nothing is suggested twice', () => {
  expect(suggestionsAfter([CREATE, 'kubectl get pods -o wide'])).not.toContain('kubectl get pods -o wide');
});
test('once it was deleted, another one', () => {
  const next = suggestionsAfter([CREATE, 'kubectl delete deployment test']);
  expect(next.some((line) => line.includes('create deployment'))).toBe(true);
  expect(next.some((line) => line.includes(' test'))).toBe(false);
});
test('a suggestion is short and still says what it does', () => {
  expect(shortened('kubectl scale deployment test --replicas=3')).toBe('scale test --replicas=3');
});
