// ../shared/vectors/kubectl-real.json: the commands of kubectl-requests.json against a real 1.36.2 server. Their files
// and input are in that file. Times are relative to the recording's start, which is our clock's start, too.
import { SECOND, simTime } from '../../base/brand';
import type { Adapter } from './adapter';
import { type CommandCase, type RecordedRequest, replay, requestsDiffer, textDiffers } from './replay';

interface RealCase extends CommandCase {
  /** The recorder killed what did not end. */
  readonly signal?: string;
}

/** Any time will do. Recorded times are cut to the second before, so what is read at the start is half a second younger. */
const START = simTime(43_200 * SECOND);
const NOW = simTime(START - SECOND / 2);

export const adapter: Adapter = (file, sibling) => {
  const { cases } = file as { readonly cases: readonly RealCase[] };
  const { cases: same } = (sibling('kubectl-requests.json') ?? { cases: [] }) as { readonly cases: readonly CommandCase[] };
  return cases.map((real) => {
    const recorded = { ...same.find(({ id }) => id === real.id), ...real };
    return { group: recorded.group, id: recorded.id, run: () => differs(recorded) };
  });
};

function differs(recorded: RealCase): string | null {
  const found = replay(recorded, { now: NOW, start: START, cachedDocument: 'fresh' });
  const wanted = (recorded.exchanges ?? []).map(({ request }): RecordedRequest => request);
  const requests = requestsDiffer(wanted, found.requests, recorded.requestOrder !== 'varies');
  if (requests !== null) return requests;
  if (recorded.signal === undefined && found.exit !== recorded.exit) return `exit ${found.exit}, not ${recorded.exit}; ${found.stderr}`;
  return (
    textDiffers('stdout', plain(recorded.stdout, recorded.stdout), plain(found.stdout, recorded.stdout)) ??
    textDiffers('stderr', plain(recorded.stderr, recorded.stderr), plain(found.stderr, recorded.stderr))
  );
}

/** A text without what the recording hides: dates, times, ids of processes, names of other namespaces with the
 *  widths that these had. */
function plain(text: string, wanted: string): string {
  const timeless = text
    .replace(/\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d \+0000/g, '<DATE>')
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ|\bT[+-][\d.]+s\b/g, '<TIME>')
    .replace(/^([IWEF])\d{4} \d\d:\d\d:\d\d\.\d{6} +\d+ /gm, '$1<MMDD> <TIME> <PID> ');
  return wanted.includes('<OTHERNS>') ? timeless.replace(/ +/g, ' ') : timeless;
}
