// ../shared/vectors/kubectl-requests.json: commands run by the real kubectl 1.36.3, with what it asked a server
// and what it printed. Ours must ask and print the same, given the same answers.
import type { SimTime } from '../../base/brand';
import { parseTime } from '../../machinery/time';
import type { Adapter } from './adapter';
import { type CommandCase, type RecordedRequest, type ReplayOptions, replay, requestsDiffer, textDiffers } from './replay';

interface RequestCase extends CommandCase {
  /** Two runs of the real one printed differently. */
  readonly outputVaries?: boolean;
}

export const adapter: Adapter = (file, sibling) => {
  const { meta, cases } = file as { readonly meta: { readonly clientNow: string }; readonly cases: readonly RequestCase[] };
  const now = parseTime(meta.clientNow) as SimTime;
  const options: ReplayOptions = { now, cachedDocument: '<ETAG>', retryAfter: 1, bodies: (sibling('kubectl-bodies.json') ?? {}) as Bodies };
  return cases.map((recorded) => ({ group: recorded.group, id: recorded.id, run: () => differs(recorded, options) }));
};
type Bodies = NonNullable<ReplayOptions['bodies']>;

function differs(recorded: RequestCase, options: ReplayOptions): string | null {
  const found = replay(verbatim(recorded), options);
  const wanted = (recorded.exchanges ?? []).map(({ request }): RecordedRequest => request);
  const requests = requestsDiffer(wanted, found.requests, recorded.requestOrder !== 'varies');
  if (requests !== null) return requests;
  if (found.exit !== recorded.exit) return `exit ${found.exit}, not ${recorded.exit}; ${found.stderr}`;
  if (recorded.outputVaries) return null;
  return textDiffers('stdout', recorded.stdout, found.stdout) ?? textDiffers('stderr', recorded.stderr, scrubbed(found.stderr));
}

/** `get --raw` prints bytes, and this server ended its JSON with a newline. */
function verbatim(recorded: RequestCase): RequestCase {
  if (!recorded.argv.includes('--raw') || recorded.exchanges === undefined) return recorded;
  const exchanges = recorded.exchanges.map(({ request, response }) => {
    const { body, ...rest } = response;
    return { request, response: body === undefined ? response : { ...rest, bodyText: `${JSON.stringify(body)}\n` } };
  });
  return { ...recorded, exchanges };
}

/** Times and process ids in log lines, as the recording has them. */
const scrubbed = (text: string): string =>
  text
    .replace(/^([IWEF])\d{4} \d\d:\d\d:\d\d\.\d{6} +\d+ /gm, '$1<MMDD> <TIME> <PID> ')
    .replace(/milliseconds=\d+$/gm, 'milliseconds=<N>')
    .replace('~/.kube/config', '<HOME>/config');
