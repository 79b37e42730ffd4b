import { describe, expect, test } from 'vitest';
import { splitWords } from './words';

describe('a typed line', () => {
  test.each([
    ['get pods  -n kube-system', ['get', 'pods', '-n', 'kube-system']],
    [`-o jsonpath='{range .items[*]}{.a};{end}' "a | b"`, ['-o', 'jsonpath={range .items[*]}{.a};{end}', 'a | b']],
    [String.raw`a\ b \; "say \"hi\""`, ['a b', ';', 'say "hi"']],
    ['get --raw /api/v1/pods?limit=1&watch=1', ['get', '--raw', '/api/v1/pods?limit=1&watch=1']],
    ["'' # nothing more", ['']],
  ])('%s is split as a shell does', (line, words) => {
    expect(splitWords(line)).toEqual({ ok: true, value: words });
  });

  test.each([
    ['get pods | grep x', '|'],
    ['get pods; get nodes', ';'],
    ['get pods && get nodes', '&&'],
    ['get pods 2>/dev/null', '>'],
    ['apply -f - <<EOF', '<<'],
  ])('%s is for a shell, and this is none', (line, operator) => {
    expect(splitWords(line)).toEqual({ ok: false, error: `sh: one command at a time, please: this terminal knows no "${operator}"` });
  });

  test('a quote that does not end is refused', () => {
    expect(splitWords(`get "pods`).ok).toBe(false);
  });
});
