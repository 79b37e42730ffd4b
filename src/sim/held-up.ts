// The messages of one link that troubles hold up on their way. When one of them ends before its time, they arrive
// sooner, still in the order in which they were sent.
import { type Seq, type SimTime, simTime } from '../base/brand';
import type { SimEvent } from './event-queue';
import type { Simulation } from './simulation';
import { isInVain, lateArrival, type Trouble } from './troubles';

/** By the connection that is there, by one that is yet to be made, by one that its client has given up. */
export type Way = 'open' | 'fresh' | 'gone';

export interface Message {
  readonly seq: Seq;
  readonly sentAt: SimTime;
  /** When it would arrive if nothing were wrong. */
  readonly plain: SimTime;
  readonly way: Way;
  readonly hitBy: readonly Trouble[];
  arrives: SimEvent;
}

/** What comes next goes by another connection, and need not wait behind it. */
export const isAlone = (way: Way, late: SimTime, sentAt: SimTime): boolean => way === 'gone' || (way === 'fresh' && isInVain(late, sentAt));

export class HeldUp {
  private readonly messages = new Set<Message>();
  /** When the last one arrives that was sent before them. */
  private floor: SimTime = simTime(Number.MIN_SAFE_INTEGER);

  constructor(private readonly sim: Simulation) {}

  add(message: Message, floor: SimTime): void {
    if (this.messages.size === 0) this.floor = floor;
    this.messages.add(message);
  }

  arrived(message: Message): void {
    this.messages.delete(message);
  }

  /** Sets their arrivals anew. The last one of the link; null if nothing waits on it. */
  hasten(): SimTime | null {
    const { sim } = this;
    let last = simTime(Math.max(sim.now, this.floor));
    let any = false;
    for (const message of this.messages) {
      const { seq, sentAt, plain, way, hitBy, arrives } = message;
      if (sim.recorder.records[seq]?.receivedUs === null) continue;
      const late = lateArrival(hitBy, sentAt, plain);
      const at = simTime(Math.max(late, last));
      if (at !== arrives.at) {
        message.arrives = sim.move(arrives, at);
        sim.recorder.arrives(seq, at);
      }
      if (isAlone(way, late, sentAt)) continue;
      last = at;
      any = true;
    }
    return any ? last : null;
  }
}
