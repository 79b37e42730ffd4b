// kubectl exec: a command in a container, over a WebSocket. Models kubectl pkg/cmd/exec and client-go
// tools/remotecommand. Left out: what is typed into it (its input is at its end at once), terminals, -f.
import type { JsonObject } from '../../base/json';
import { metaOf } from '../../machinery/object';
import type { Status } from '../../machinery/status';
import type { Task } from '../../sim/task';
import type { HttpFrame } from '../../wire/payload';
import { CommandError, fail, usageError } from './errors';
import type { Query } from './http';
import { attachablePod } from './logs';
import type { Command, Session } from './session';

export const exec: Command = {
  flags: 'c/container i/stdin:bool t/tty:bool q/quiet:bool pod-running-timeout:duration f/filename:list',
  run: runExec,
};

function* runExec(session: Session): Task<void> {
  const { args, flags, afterDash } = session;
  const [target, ...more] = args;
  if (more.length > 0 && afterDash === null)
    throw usageError(session.command, 'exec [POD] [COMMAND] is not supported anymore. Use exec [POD] -- [COMMAND] instead');
  if (target === undefined) throw fail('pod, type/name or --filename must be specified');
  const command = afterDash === null ? [] : [...more, ...afterDash];
  if (command.length === 0) throw fail('you must specify at least one command for the container');
  const pod = yield* attachablePod(session, target);
  if (pod === null) return;
  const phase = String(((pod['status'] ?? {}) as JsonObject)['phase']);
  if (phase === 'Succeeded' || phase === 'Failed') throw fail(`cannot exec into a container in a completed pod; current phase is ${phase}`);
  const container = flags.text('container') || defaultContainer(session, pod);
  const stdin = flags.bool('stdin');
  if (stdin && flags.bool('tty') && !flags.bool('quiet'))
    session.err('Unable to use a TTY - input is not a terminal or the right kind of file\n');
  yield* streamOf(session, pod, { command, container, stdin: stdin || undefined, stdout: true, stderr: true });
}

/** Prints what comes from a container until its command ends, with whose exit code ours ends, too. */
function* streamOf(session: Session, pod: JsonObject, query: Query): Task<void> {
  const { name = '', namespace = '' } = metaOf(pod);
  let status: Status | null = null;
  yield* session.http.stream(`/api/v1/namespaces/${namespace}/pods/${name}/exec`, query, (frame) => {
    if (frame.rpc === 'status') status = statusOf(frame);
    else session[frame.rpc === 'stdout' ? 'out' : 'err'](String(frame.body.data));
  });
  const failed = failureOf(status);
  if (failed !== null) throw failed;
}

const statusOf = ({ body }: HttpFrame): Status => JSON.parse(String(body.data)) as Status;

/** How remotecommand's v4 error decoder tells of the end of a command. */
function failureOf(status: Status | null): CommandError | null {
  if (status === null || status.status === 'Success') return null;
  if (status.reason !== 'NonZeroExitCode') return fail(status.message ?? '');
  const code = Number(status.details?.causes?.find(({ reason }) => reason === 'ExitCode')?.message ?? 1);
  return new CommandError(`command terminated with exit code ${code}`, code);
}

/** Models podcmd.FindOrDefaultContainerByName. */
function defaultContainer({ flags, err }: Session, pod: JsonObject): string {
  const spec = (pod['spec'] ?? {}) as { readonly [field: string]: readonly { readonly name: string }[] | undefined };
  const { containers = [], ephemeralContainers = [], initContainers = [] } = spec;
  const all = [...containers, ...ephemeralContainers, ...initContainers].map(({ name }) => name);
  const marked = metaOf(pod).annotations?.['kubectl.kubernetes.io/default-container'];
  if (marked !== undefined && all.includes(marked)) return marked;
  const [first] = containers;
  if (first === undefined) throw fail(`pod ${metaOf(pod).namespace}/${metaOf(pod).name} does not have any containers`);
  if (all.length > 1 && !flags.bool('quiet')) {
    const kinds = [...containers.map(() => ''), ...ephemeralContainers.map(() => ' (ephem)'), ...initContainers.map(() => ' (init)')];
    err(`Defaulted container "${first.name}" out of: ${all.map((name, i) => `${name}${kinds[i] ?? ''}`).join(', ')}\n`);
  }
  return first.name;
}
