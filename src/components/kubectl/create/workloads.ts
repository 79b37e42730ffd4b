// kubectl create deployment, job, cronjob. Models kubectl pkg/cmd/create/create_{deployment,job,cronjob}.go.
import type { JsonObject } from '../../../base/json';
import { findKind, resourcePath } from '../../../machinery/resources';
import type { Task } from '../../../sim/task';
import { CommandError, fail, usageError } from '../errors';
import { ANY } from '../http';
import { type Command, namespaceOf, type Session } from '../session';
import { CREATE_FLAGS, createObject } from './object';

export const createDeployment: Command = {
  flags: `${CREATE_FLAGS} image:list port:int r/replicas:int`,
  required: ['image'],
  run: deployment,
};
export const createJob: Command = { flags: `${CREATE_FLAGS} image from`, run: job };
export const createCronJob: Command = { flags: `${CREATE_FLAGS} image schedule restart`, required: ['image', 'schedule'], run: cronJob };

/** NAME [-- command...]: of several words before the dashes, the first names it where `loosely`. */
function nameAndCommand(session: Session, loosely: boolean): { readonly name: string; readonly command: readonly string[] } {
  const [name, ...more] = session.args;
  if (name === undefined || (more.length > 0 && !loosely))
    throw usageError(session.command, `exactly one NAME is required, got ${session.args.length}`);
  return { name, command: session.afterDash ?? more };
}

function* deployment(session: Session): Task<void> {
  const { name, command } = nameAndCommand(session, false);
  const images = session.flags.list('image');
  if (images.length > 1 && command.length > 0) throw fail('cannot specify multiple --image options and command');
  const port = session.flags.int('port', -1);
  const containers = images.map(
    (image, i): JsonObject => ({
      name: containerName(session, image),
      image,
      ...(command.length > 0 ? { command } : {}),
      ...(i === 0 && port >= 0 ? { ports: [{ containerPort: port }] } : {}),
      resources: {},
    }),
  );
  const labels = { app: name };
  const object = {
    kind: 'Deployment',
    apiVersion: 'apps/v1',
    metadata: { name, labels },
    spec: {
      replicas: session.flags.int('replicas', 1),
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: containers.length > 0 ? { containers } : {} },
      strategy: {},
    },
    status: {},
  };
  yield* createObject(session, object, { failure: 'failed to create deployment: ' });
}

/** `registry/nginx:1.25` -> `nginx`; characters that names cannot have become dashes, with a random end. */
function containerName(session: Session, image: string): string {
  const name = (image.split('/').at(-1) ?? image).split(':')[0]?.split('@')[0] ?? '';
  if (!/[_.]/.test(name)) return name;
  const random = session.http.ctx.random(`container name ${image}`).text(5, 'bcdfghjklmnpqrstvwxz2456789');
  return `${name.replace(/[_.]/g, '-')}-${random}`;
}

const podTemplate = (container: JsonObject, restartPolicy: string): JsonObject => ({
  metadata: {},
  spec: { containers: [container], restartPolicy },
});

function* job(session: Session): Task<void> {
  const { name, command } = nameAndCommand(session, true);
  const { flags } = session;
  const from = flags.text('from');
  if ((flags.text('image') === '') === (from === '')) throw fail('either --image or --from must be specified');
  const spec = from === '' ? null : yield* specFrom(session, from);
  const container: JsonObject = { name, image: flags.text('image'), ...(command.length > 0 ? { command } : {}), resources: {} };
  const object =
    spec === null
      ? { kind: 'Job', apiVersion: 'batch/v1', metadata: { name }, spec: { template: podTemplate(container, 'Never') }, status: {} }
      : { kind: 'Job', apiVersion: 'batch/v1', metadata: { ...spec.metadata, name }, spec: spec.spec, status: {} };
  yield* createObject(session, object, { failure: 'failed to create job: ' });
}

function* specFrom(session: Session, from: string): Task<{ metadata: JsonObject; spec: JsonObject }> {
  const [type = '', name = ''] = from.split('/');
  const cronJobs = findKind('batch/v1', 'CronJob');
  if (name === '' || cronJobs === null || !['cronjob', 'cronjobs', 'cj', 'cronjob.batch', 'cronjobs.batch'].includes(type)) {
    throw fail(`from must be an existing cronjob`);
  }
  const found = yield* session.http.get(resourcePath(cronJobs, namespaceOf(session), name), ANY);
  const { metadata, spec } = found as { metadata: JsonObject; spec: { jobTemplate: { metadata?: JsonObject; spec: JsonObject } } };
  const template = spec.jobTemplate;
  return {
    metadata: {
      annotations: { 'cronjob.kubernetes.io/instantiate': 'manual', ...((template.metadata?.['annotations'] ?? {}) as JsonObject) },
      ...(template.metadata?.['labels'] ? { labels: template.metadata['labels'] } : {}),
      ownerReferences: [{ apiVersion: 'batch/v1', kind: 'CronJob', name, uid: metadata['uid'] ?? '', controller: true }],
    },
    spec: template.spec,
  };
}

function* cronJob(session: Session): Task<void> {
  const { name, command } = nameAndCommand(session, true);
  const { flags } = session;
  const restart = flags.text('restart') || 'OnFailure';
  if (!['OnFailure', 'Never'].includes(restart)) throw new CommandError(`error: invalid restart policy: ${restart}`);
  const container: JsonObject = { name, image: flags.text('image'), ...(command.length > 0 ? { command } : {}), resources: {} };
  const object = {
    kind: 'CronJob',
    apiVersion: 'batch/v1',
    metadata: { name },
    spec: { schedule: flags.text('schedule'), jobTemplate: { metadata: { name }, spec: { template: podTemplate(container, restart) } } },
    status: {},
  };
  yield* createObject(session, object, { failure: 'failed to create cronjob: ' });
}
