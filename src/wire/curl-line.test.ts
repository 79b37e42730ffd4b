import { expect, test } from 'vitest';
import { parseCurlLine, typedLine } from './curl-line';

test.each([
  ['curl 10.96.0.50', { type: 'request', from: 'outside', to: '10.96.0.50:80' }],
  ['curl http://10.96.0.50:8080/ from pod/client', { type: 'request', from: 'pod/default/client', to: '10.96.0.50:8080' }],
  ['curl 192.168.49.11:30080 from outside for 60s', { type: 'load', from: 'outside', to: '192.168.49.11:30080', seconds: 60 }],
  ['curl  10.96.0.50  for 5 from node-1', { type: 'load', from: 'node/node-1', to: '10.96.0.50:80', seconds: 5 }],
  ['curl web from pod/kube-system/client', { type: 'request', from: 'pod/kube-system/client', to: 'web:80' }],
])('%s', (line, input) => {
  const parsed = parseCurlLine(line);
  expect(parsed).toEqual({ ok: true, value: input });
  if (parsed.ok) expect(parseCurlLine(typedLine(parsed.value) ?? '')).toEqual(parsed);
});

test.each([
  'curl',
  'curl -k 10.96.0.50',
  'curl 1.2.3.4:99999',
  'curl 1.2.3.4 from',
  'curl 1.2.3.4 from pod/',
  'curl 1.2.3.4 for 0s',
  'curl 1.2.3.4 for 301s',
])('%s is not a request', (line) => expect(parseCurlLine(line).ok).toBe(false));
