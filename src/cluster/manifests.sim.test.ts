// What kubectl says of manifests whose names are missing or are no text: the words of client-go and of kube-apiserver.
import { describe, expect, it } from 'vitest';
import type { Json } from '../base/json';
import { Play } from './testing/play';

const CURRENT = `error: error when retrieving current configuration of:
Resource: "/v1, Resource=configmaps", GroupVersionKind: "/v1, Kind=ConfigMap"
Name: "", Namespace: "default"
from server for: "STDIN": resource name may not be empty
`;

/** What a command prints, and the API requests that it sends but for the schema. */
function typed(play: Play, line: string, metadata: Json): { readonly printed: string; readonly sent: readonly string[] } {
  const from = play.records.length;
  play.kubectl(line, JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata }));
  const own = play.records.slice(from);
  const printed = own.map(({ payload }) => (payload.kind === 'output' ? payload.stdout + payload.stderr : '')).join('');
  const sent = own.flatMap(({ from: sender, payload }) =>
    sender === 'kubectl' && payload.protocol === 'http' && payload.kind === 'request' && !payload.path.startsWith('/openapi')
      ? [`${payload.method} ${payload.path.split('?')[0]}`]
      : [],
  );
  return { printed, sent };
}

describe('a manifest', () => {
  const play = new Play();

  it.each<[string, Json, string, readonly string[]]>([
    ['apply -f -', {}, CURRENT, []],
    ['apply -f -', { name: 123 }, CURRENT, []],
    ['apply -f -', { generateName: 'x-' }, 'error: from x-: cannot use generate name with apply\n', []],
    ['get -f -', {}, 'error: resource name may not be empty\n', []],
    ['delete -f -', {}, 'error: error when deleting "STDIN": resource name may not be empty\n', []],
    ['replace -f -', {}, 'error: error when replacing "STDIN": resource name may not be empty\n', []],
    [
      'create -f -',
      {},
      'The ConfigMap "" is invalid: metadata.name: Required value: name or generateName is required\n',
      ['POST /api/v1/namespaces/default/configmaps'],
    ],
    [
      'create -f -',
      { name: 123 },
      'Error from server (BadRequest): error when creating "STDIN": ConfigMap in version "v1" cannot be handled as a ConfigMap: json: cannot unmarshal number into Go struct field ObjectMeta.metadata.name of type string\n',
      ['POST /api/v1/namespaces/default/configmaps'],
    ],
  ])('kubectl %s of %j', (line, metadata, printed, sent) => expect(typed(play, `kubectl ${line}`, metadata)).toEqual({ printed, sent }));

  it('without a version is replaced by the version that is there', () => {
    typed(play, 'kubectl create -f -', { name: 'a' });
    expect(typed(play, 'kubectl replace -f -', { name: 'a', labels: { b: 'c' } })).toEqual({
      printed: 'configmap/a replaced\n',
      sent: ['GET /api/v1/namespaces/default/configmaps/a', 'PUT /api/v1/namespaces/default/configmaps/a'],
    });
  });
});
