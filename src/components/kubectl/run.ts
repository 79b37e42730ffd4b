// kubectl run. Models kubectl pkg/cmd/run. Left out: attaching (-i, -t, --attach) and --expose's port ranges.
import type { JsonObject } from '../../base/json';
import { findKind, resourcePath } from '../../machinery/resources';
import type { Task } from '../../sim/task';
import { dryRunOf, say } from './create/object';
import { fail, usageError } from './errors';
import { ANY } from './http';
import { type Command, namespaceOf, type Session } from './session';

export const run: Command = {
  flags: `image restart command:bool env:array port l/labels overrides override-type o/output dry-run:string=unchanged i/stdin:bool t/tty:bool rm:bool
    attach:bool q/quiet:bool leave-stdin-open:bool image-pull-policy annotations:array expose:bool field-manager privileged:bool pod-running-timeout:duration
    template show-managed-fields:bool save-config:bool grace-period:int force:bool wait:bool timeout:duration cascade:string=background`,
  required: ['image'],
  run: runPod,
};

function* runPod(session: Session): Task<void> {
  const { flags, args } = session;
  const [name, ...more] = args;
  if (name === undefined) throw usageError(session.command, 'NAME is required for run');
  const image = flags.text('image');
  if (image === '') throw fail('--image is required');
  if (!/^[a-zA-Z0-9][\w.\-/:@]*$/.test(image)) throw fail(`Invalid image name "${image}": invalid reference format`);
  if (flags.bool('rm') && !flags.bool('attach') && !flags.bool('stdin')) throw fail('--rm should only be used for attached containers');
  const dryRun = dryRunOf(session);
  if (dryRun === 'none' && ['stdin', 'tty', 'attach'].some((flag) => flags.bool(flag)))
    throw fail('kubectl run with -i, -t or --attach is not part of this simulation: it needs a stream into a container');
  const pod = podOf(session, name, image, session.afterDash ?? more);
  const pods = findKind('v1', 'Pod');
  if (pods === null) return;
  let made: JsonObject = pod;
  if (dryRun !== 'client') {
    const query = { dryRun: dryRun === 'server' ? 'All' : undefined, fieldManager: flags.text('field-manager', 'kubectl-run') };
    made = (yield* session.http.send('POST', resourcePath(pods, namespaceOf(session)), { accept: ANY, query, body: pod })) as JsonObject;
  }
  say(session, made, 'created');
  if (flags.bool('expose')) yield* exposePod(session, name);
}

function podOf(session: Session, name: string, image: string, words: readonly string[]): JsonObject {
  const { flags } = session;
  const labels = flags.has('labels') ? pairs(flags.text('labels').split(','), 'labels') : { run: name };
  const environment = flags.list('env').map((text): JsonObject => {
    const equals = text.indexOf('=');
    if (equals <= 0) throw fail(`invalid env: ${text}`);
    return { name: text.slice(0, equals), value: text.slice(equals + 1) };
  });
  const port = flags.text('port');
  if (port !== '' && !/^[+-]?\d+$/.test(port)) throw fail(`strconv.Atoi: parsing "${port}": invalid syntax`);
  const restartPolicy = flags.text('restart') || 'Always';
  if (!['Always', 'OnFailure', 'Never'].includes(restartPolicy))
    throw usageError(session.command, `invalid restart policy: ${restartPolicy}`);
  const container: JsonObject = {
    name,
    image,
    ...(words.length > 0 ? (flags.bool('command') ? { command: words } : { args: words }) : {}),
    ...(port === '' ? {} : { ports: [{ containerPort: Number(port) }] }),
    ...(environment.length > 0 ? { env: environment } : {}),
    resources: {},
    ...(flags.has('image-pull-policy') ? { imagePullPolicy: flags.text('image-pull-policy') } : {}),
    ...(flags.bool('privileged') ? { securityContext: { privileged: true } } : {}),
    ...(flags.bool('stdin') ? { stdin: true, ...(flags.bool('leave-stdin-open') ? {} : { stdinOnce: true }) } : {}),
    ...(flags.bool('tty') ? { tty: true } : {}),
  };
  const annotations = flags.has('annotations') ? { annotations: pairs(flags.list('annotations'), 'annotations') } : {};
  return {
    kind: 'Pod',
    apiVersion: 'v1',
    metadata: { name, labels, ...annotations },
    spec: { containers: [container], restartPolicy, dnsPolicy: 'ClusterFirst' },
    status: {},
  };
}

function pairs(texts: readonly string[], what: string): JsonObject {
  return Object.fromEntries(
    texts.map((text) => {
      const equals = text.indexOf('=');
      if (equals <= 0) throw fail(`unexpected ${what} spec: ${text}`);
      return [text.slice(0, equals), text.slice(equals + 1)];
    }),
  );
}

function* exposePod(session: Session, name: string): Task<void> {
  const port = Number(session.flags.text('port'));
  const services = findKind('v1', 'Service');
  if (services === null || !Number.isInteger(port)) throw fail('--port must be set when exposing a service');
  const body = {
    kind: 'Service',
    apiVersion: 'v1',
    metadata: { name },
    spec: { ports: [{ protocol: 'TCP', port, targetPort: port }], selector: { run: name } },
    status: { loadBalancer: {} },
  };
  const made = yield* session.http.send('POST', resourcePath(services, namespaceOf(session)), {
    accept: ANY,
    query: { fieldManager: 'kubectl-run' },
    body,
  });
  say(session, made as JsonObject, 'created');
}
