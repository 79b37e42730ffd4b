// kubectl scale and autoscale. Models kubectl pkg/cmd/{scale,autoscale} and pkg/scale.
import type { JsonObject } from '../../base/json';
import { parseGoDuration } from '../../machinery/duration';
import { groupVersion } from '../../machinery/resources';
import type { Task } from '../../sim/task';
import { foundInfos, type Info, pathOf, visitInfos } from './builder';
import { createObject, dryRunOf, say } from './create/object';
import { fail, severalErrors } from './errors';
import { ANY } from './http';
import type { Command, Session } from './session';
import { until } from './until';

export const scale: Command = {
  flags:
    'replicas:int current-replicas:int resource-version timeout:duration all:bool l/selector f/filename:list R/recursive:bool k/kustomize o/output dry-run:string=unchanged template show-managed-fields:bool',
  required: ['replicas'],
  run: runScale,
};
export const autoscale: Command = {
  flags:
    'min:int max:int cpu memory cpu-percent:int name f/filename:list R/recursive:bool k/kustomize o/output dry-run:string=unchanged field-manager save-config:bool template show-managed-fields:bool',
  required: ['max'],
  run: runAutoscale,
};

function* runScale(session: Session): Task<void> {
  const { flags } = session;
  const replicas = flags.int('replicas', -1);
  if (replicas < 0) throw fail('The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0');
  const dryRun = dryRunOf(session);
  const { infos, errors } = yield* foundInfos(session, { all: flags.bool('all') });
  for (const info of infos) {
    if (dryRun !== 'client') yield* scaleOne(session, info, replicas, dryRun === 'server');
    say(session, info.object ?? {}, 'scaled');
    const timeout = parseGoDuration(flags.text('timeout', '0s')) ?? 0;
    if (timeout > 0 && dryRun === 'none') yield* waitScaled(session, info, replicas, timeout);
  }
  if (errors.length > 0) throw severalErrors(errors);
}

function* scaleOne(session: Session, info: Info, replicas: number, dry: boolean): Task<void> {
  const path = pathOf(info, 'scale');
  const expected = session.flags.int('current-replicas', -1);
  const version = session.flags.text('resource-version');
  const query = { dryRun: dry ? 'All' : undefined };
  if (expected < 0 && version === '') {
    yield* session.http.send('PATCH', path, {
      accept: ANY,
      contentType: 'application/merge-patch+json',
      body: { spec: { replicas } },
      query,
    });
    return;
  }
  const found = yield* session.http.get(path, ANY);
  const now = Number(((found['spec'] ?? {}) as JsonObject)['replicas'] ?? 0);
  if (expected >= 0 && now !== expected) throw fail(`Expected replicas to be ${expected}, was ${now}`);
  const had = String((found['metadata'] as JsonObject)['resourceVersion'] ?? '');
  if (version !== '' && had !== version) throw fail(`Expected resource version to be ${version}, was ${had}`);
  yield* session.http.send('PUT', path, { accept: ANY, body: { ...found, spec: { ...(found['spec'] as JsonObject), replicas } }, query });
}

function* waitScaled(session: Session, info: Info, replicas: number, timeoutUs: number): Task<void> {
  const deadlineUs = session.http.ctx.now() + timeoutUs;
  const outcome = yield* until(
    session,
    { ...info, deadlineUs },
    ({ object }) => Number(((object['status'] ?? {}) as JsonObject)['replicas'] ?? 0) === replicas,
  );
  if (outcome === 'timeout') throw fail('timed out waiting for the condition');
}

function* runAutoscale(session: Session): Task<void> {
  const { flags } = session;
  const most = flags.int('max', -1);
  const least = flags.int('min', -1);
  if (most < 1) throw fail(`--max=MAXPODS is required and must be at least 1, max: ${most}`);
  if (most < least) throw fail(`--max=MAXPODS must be larger or equal to --min=MINPODS, max: ${most}, min: ${least}`);
  yield* visitInfos(session, {}, function* ({ mapping, name }) {
    const metrics = [
      ...metric('cpu', flags.text('cpu') || (flags.has('cpu-percent') ? `${flags.text('cpu-percent')}%` : '')),
      ...metric('memory', flags.text('memory')),
    ];
    const object = {
      kind: 'HorizontalPodAutoscaler',
      apiVersion: 'autoscaling/v2',
      metadata: { name: flags.text('name') || name },
      spec: {
        scaleTargetRef: { kind: mapping.kind, name, apiVersion: groupVersion(mapping) },
        ...(least > 0 ? { minReplicas: least } : {}),
        maxReplicas: most,
        ...(metrics.length > 0 ? { metrics } : {}),
      },
      status: {},
    };
    yield* createObject({ ...session, out: (text) => session.out(text.replace(/ created( \(.*\))?\n$/, ' autoscaled$1\n')) }, object, {
      failure: null,
      manager: 'kubectl-autoscale',
      validated: false,
    });
  });
}

function metric(name: string, target: string): JsonObject[] {
  if (target === '') return [];
  const aim = target.endsWith('%')
    ? { type: 'Utilization', averageUtilization: Number(target.slice(0, -1)) }
    : { type: 'AverageValue', averageValue: target };
  return [{ type: 'Resource', resource: { name, target: aim } }];
}
