// ../shared/vectors/kubectl-real.json: the commands of kubectl-requests.json against a real 1.36.2 server. Their files
// and input are in that file. Times are relative to the recording's start, which is our clock's start, too.
import { MS, SECOND, simTime } from '../../base/brand';
import type { Json } from '../../base/json';
import type { Adapter } from './adapter';
import {
  type Clock,
  type CommandCase,
  dated,
  type RecordedRequest,
  type ReplayOptions,
  replay,
  requestsDiffer,
  textDiffers,
} from './replay';

interface RealCase extends CommandCase {
  /** The recorder killed what did not end. */
  readonly signal?: string;
}

/** Any time will do. How far into its second the command began is not known: each tenth is tried. */
const WHOLE_SECOND = simTime(43_200 * SECOND);
const CLOCKS: readonly Clock[] = Array.from({ length: 10 }, (_, tenth) => ({
  now: simTime(WHOLE_SECOND + tenth * 100 * MS),
  second: WHOLE_SECOND,
}));

export const adapter: Adapter = (file, sibling) => {
  const { cases, bodies } = file as { readonly cases: readonly RealCase[]; readonly bodies: { readonly [name: string]: Json } };
  const { cases: same } = (sibling('kubectl-requests.json') ?? { cases: [] }) as { readonly cases: readonly CommandCase[] };
  return cases.map((real) => {
    const recorded = { ...same.find(({ id }) => id === real.id), ...real };
    return { group: recorded.group, id: recorded.id, run: () => differsAlways(recorded, bodies) };
  });
};

function differsAlways(recorded: RealCase, bodies: { readonly [name: string]: Json }): string | null {
  let first: string | null = null;
  for (const clock of CLOCKS) {
    const difference = differs(recorded, { ...clock, cachedDocument: 'fresh', bodies });
    if (difference === null) return null;
    first ??= difference;
  }
  return first;
}

function differs(recorded: RealCase, options: ReplayOptions): string | null {
  const found = replay(recorded, options);
  const wanted = (recorded.exchanges ?? []).map(
    ({ request }): RecordedRequest => ({ ...request, body: dated(request.body ?? null, options) }),
  );
  const requests = requestsDiffer(wanted, found.requests, recorded.requestOrder !== 'varies');
  if (requests !== null) return requests;
  // What went over an upgraded connection was not recorded, and so cannot be said again.
  const streamed = recorded.exchanges?.some(({ response }) => response.status === 101 && response.frames === undefined);
  if (recorded.signal !== undefined || streamed) return null;
  if (found.exit !== recorded.exit) return `exit ${found.exit}, not ${recorded.exit}; ${found.stderr}`;
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
    .replace(/milliseconds=\d+$/gm, 'milliseconds=<N>')
    .replace('~/.kube/config', '<path>')
    .replace(/^.*envvar\.go.*\n/gm, '')
    .replace(/^([IWEF])\d{4} \d\d:\d\d:\d\d\.\d{6} +\d+ /gm, '$1<MMDD> <TIME> <PID> ');
  return wanted.includes('<OTHERNS>') ? timeless.replace(/ +/g, ' ') : timeless;
}
