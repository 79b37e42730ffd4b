// A request as a command that a person can run.
import type { Trace } from '../trace/trace';
import type { TraceRecord } from '../wire/record';

/** Null for what has no command. */
export function curlOf(_record: TraceRecord, _trace: Trace): string | null {
  return null;
}
