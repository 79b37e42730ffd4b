import { describe, expect, test } from 'vitest';
import { importantFields } from './important';

describe('the important fields of a body', () => {
  test.each([
    [
      {
        kind: 'Deployment',
        metadata: { name: 'test', namespace: 'default' },
        spec: { replicas: 2, template: { spec: { containers: [{ image: 'nginx' }] } } },
      },
      ['Deployment default/test', 'spec.replicas 2', 'spec.template.spec.containers.image nginx'],
    ],
    [{ kind: 'Status', code: 409, reason: 'Conflict', message: 'was changed' }, ['code 409', 'reason Conflict', 'message was changed']],
    [{ kind: 'Widget', metadata: { name: 'w' }, spec: { size: { width: 3 } } }, ['Widget w', 'spec.size.width 3']],
    [
      { config: { metadata: { name: 'a', uid: 'b' }, log: 'c' }, more: 'd' },
      ['config.metadata.name a', 'config.metadata.uid b', 'config.log c'],
    ],
    ['text', []],
    [undefined, []],
  ])('%j', (body, fields) => expect(importantFields(body).map(({ name, value }) => `${name} ${value}`)).toEqual(fields));
});
