import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { Json } from '../base/json';
import { yamlText } from './body-text';

describe('a body as YAML', () => {
  test('looks as kubectl prints it', () => {
    const pod = {
      kind: 'Pod',
      metadata: { name: 'test', labels: { app: 'test', 'a/b': '1' }, annotations: {} },
      spec: { containers: [{ name: 'nginx', args: ['--port=80', '-v', 'yes'] }], nodeName: null },
      note: 'two\nlines\n',
    };
    expect(yamlText(pod)).toBe(
      [
        'kind: Pod',
        'metadata:',
        '  name: test',
        '  labels:',
        '    app: test',
        '    a/b: "1"',
        '  annotations: {}',
        'spec:',
        '  containers:',
        '  - name: nginx',
        '    args:',
        '    - --port=80',
        '    - -v',
        '    - "yes"',
        '  nodeName: null',
        'note: |',
        '  two',
        '  lines',
      ].join('\n'),
    );
  });

  test('is read back as the same body', () => {
    const text = fc.oneof(
      fc.string(),
      fc.constantFrom(
        'true',
        '1e3',
        'E0',
        '-.e1',
        '- x',
        'a: b',
        '# no',
        ' x',
        'x ',
        '0x1F',
        '.5',
        '~',
        'a\nb',
        'a\n\n b\n',
        '*a',
        '<<',
        '12:30:45',
      ),
    );
    const scalar = fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null));
    const json = fc.letrec<{ json: Json }>((tie) => ({
      json: fc.oneof(
        { maxDepth: 4 },
        scalar,
        fc.array(tie('json'), { maxLength: 4 }),
        fc.dictionary(
          text.filter((key) => key !== '__proto__'),
          tie('json'),
          { maxKeys: 4 },
        ),
      ),
    })).json;
    fc.assert(
      fc.property(json, (body) => {
        for (const version of ['1.1', '1.2'] as const) expect(parse(yamlText(body), { version, merge: false })).toEqual(body);
      }),
    );
  });
});
