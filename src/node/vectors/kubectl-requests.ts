// ../shared/vectors/kubectl-requests.json: commands run by the real kubectl 1.36.3, with what it asked a server
// and what it printed. Ours must ask and print the same, given the same answers.
import type { SimTime } from '../../base/brand';
import { parseTime } from '../../machinery/time';
import type { Adapter } from './adapter';
import { type CommandCase, type RecordedRequest, replay, requestsDiffer, textDiffers } from './replay';

interface RequestCase extends CommandCase {
  /** Two runs of the real one printed differently. */
  readonly outputVaries?: boolean;
}

export const adapter: Adapter = (file) => {
  const { meta, cases } = file as { readonly meta: { readonly clientNow: string }; readonly cases: readonly RequestCase[] };
  const now = parseTime(meta.clientNow) as SimTime;
  return cases.map((recorded) => ({ group: recorded.group, id: recorded.id, run: () => differs(recorded, now) }));
};

function differs(recorded: RequestCase, now: SimTime): string | null {
  const found = replay(recorded, { now, cachedDocument: '<ETAG>' });
  const wanted = (recorded.exchanges ?? []).map(({ request }): RecordedRequest => request);
  const requests = requestsDiffer(wanted, found.requests, recorded.requestOrder !== 'varies');
  if (requests !== null) return requests;
  if (found.exit !== recorded.exit) return `exit ${found.exit}, not ${recorded.exit}; ${found.stderr}`;
  if (recorded.outputVaries) return null;
  return textDiffers('stdout', recorded.stdout, found.stdout) ?? textDiffers('stderr', recorded.stderr, scrubbed(found.stderr));
}

/** Times and process ids in log lines, as the recording has them. */
const scrubbed = (text: string): string => text.replace(/^([IWEF])\d{4} \d\d:\d\d:\d\d\.\d{6} +\d+ /gm, '$1<MMDD> <TIME> <PID> ');
