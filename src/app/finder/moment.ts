// Where a virtual time lies in the told list. Pure.
import type { SeqList, TraceColumns } from '../trace-columns';

export interface Moment {
  /** The last told record sent by then; -1 if none was. */
  readonly seq: number;
  /** When the next one is sent; null if none follows. */
  readonly nextUs: number | null;
  readonly beyond: boolean;
}

export function momentAt(us: number, list: SeqList, columns: TraceColumns): Moment {
  const place = list.placeOf(columns.firstAtOrAfter(us + 1) - 1);
  const next = list.at(place + 1);
  return {
    seq: list.at(place),
    nextUs: next < 0 ? null : columns.atUs(next),
    beyond: next < 0 && columns.count > 0 && us > columns.atUs(columns.count - 1),
  };
}
