// One line of the trace. A message gets its record when it is sent; a record never changes, but for
// `receivedUs`, which becomes null if the message turns out to be lost on its way.
import type { Seq, SimTime } from '../base/brand';
import type { ComponentId } from './names';
import type { Payload } from './payload';

export interface TraceRecord<P extends Payload = Payload> {
  readonly seq: Seq;
  readonly atUs: SimTime;
  /** When the receiver has it; null if it never did. Equals `atUs` for what happens in one place. */
  readonly receivedUs: SimTime | null;
  readonly from: ComponentId;
  /** Equals `from` for inside records. */
  readonly to: ComponentId;
  /** The part inside `from` that spoke: `deployment-controller`, `leader-election`, ... */
  readonly actor: string | null;
  /** `seq` of the request that this belongs to; its own for a request; null outside exchanges. */
  readonly exchange: Seq | null;
  /** What was being served when this was sent; null only for inputs and for the start of boot. */
  readonly cause: Seq | null;
  readonly payload: P;
}
