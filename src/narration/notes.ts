// Where the usual short story differs from what was sent.
import type { Trace } from '../trace/trace';
import type { TraceRecord } from '../wire/record';
import type { Story } from './story';

export function noteOf(_record: TraceRecord, _trace: Trace, _story: Story): string | null {
  return null;
}
