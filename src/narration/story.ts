// Tells a run as it grows, step by step. Which records are steps say the rules; here is what needs memory:
// what was told before, and whether a delivery is news.
import { isObject } from '../base/json';
import { WIRE } from '../trace/levels';
import type { Trace } from '../trace/trace';
import { binaryOf, KUBECTL } from '../wire/names';
import type { TraceRecord } from '../wire/record';
import type { Chapter } from './chapters';
import { Here } from './here';
import { field } from './naming';
import { signatureOf } from './news';
import { BOOT_RULES, RULES } from './rules';
import { sentence, sentenceOf } from './sentence';

/** A told step: the record at `seq` begins occurrence `occurrence` (from 1) of `chapter`. */
export interface Step {
  readonly seq: number;
  /** One of CHAPTERS. */
  readonly chapter: string;
  readonly occurrence: number;
  /** Its number among the 17 told steps, where it is one of them and the first was told before. */
  readonly told: number | null;
  /** "who -> whom: what, because why". */
  readonly sentence: string;
}

const QUIET_US = 1_000_000;
const LOST_US = 60_000_000;

export class Story {
  readonly steps: Step[] = [];
  private next = 0;
  /** The call flow is under way: its first step was told, and nobody deleted anything since. */
  private numbers = false;
  private readonly occurrences = new Map<Chapter, number>();
  /** Requests that are steps, with their chapter. */
  private readonly requests = new Map<number, Chapter>();
  private readonly toldOnce = new Set<string>();
  /** What each receiver last heard of each object. */
  private readonly heard = new Map<string, string>();
  /** Requests among them whose answer had not been sent when that was last looked at. */
  private readonly unanswered = new Set<number>();

  constructor(private readonly trace: Trace) {}

  /** Takes in new records; returns the steps that are new. */
  follow(): readonly Step[] {
    const before = this.steps.length;
    for (; this.next < this.trace.levels.length; this.next++) this.take(this.trace.records[this.next] as TraceRecord);
    return this.steps.slice(before);
  }

  private take(record: TraceRecord): void {
    const boot = this.trace.isBoot(record.seq);
    if (record.seq === 0 && boot) this.tell(record, 'Boot', null, 'The cluster starts: machines, static Pods, registration, first leases.');
    else if (this.isNews(record)) this.match(record, boot);
  }

  private match(record: TraceRecord, boot: boolean): void {
    const rules = (boot ? BOOT_RULES : RULES)[record.payload.kind];
    if (rules === undefined) return;
    if (this.trace.levels[record.seq] === WIRE && !boot) return this.tellLoop(record);
    const here = new Here(record, this.trace, (seq) => this.requests.get(seq) ?? null);
    for (const rule of rules) {
      if (!rule.matches(here)) continue;
      const key = rule.once?.(here);
      if (key !== undefined && this.toldOnce.has(key)) return;
      if (key !== undefined) this.toldOnce.add(key);
      const what = rule.what?.(here);
      this.tell(
        record,
        rule.chapter,
        rule.told,
        what === undefined ? sentenceOf(record, this.trace) : sentence(record, this.trace, what, null),
      );
      return;
    }
  }

  /** A delivery is news if it tells its receiver of an object what it did not know. All kube-proxies count as
   *  one: each hears the same. */
  private isNews({ payload, to }: TraceRecord): boolean {
    if (payload.kind !== 'watch-delivery') return true;
    if (payload.protocol !== 'http' || payload.type === 'BOOKMARK' || payload.type === 'ERROR') return false;
    const object = this.trace.objectTold(payload);
    if (!isObject(object.metadata) || object.kind === 'Lease' || object.kind === 'Event') return false;
    const receiver = binaryOf(to) === 'kube-proxy' ? 'kube-proxy' : to;
    const key = `${receiver} ${String(object.kind)} ${String(field(object, 'metadata', 'namespace') ?? '')}/${String(object.metadata.name)}`;
    const signature = signatureOf(object, payload.type === 'DELETED');
    if (this.heard.get(key) === signature) return false;
    this.heard.set(key, signature);
    return true;
  }

  /** Once all is quiet, the next renewal of a lease: the loops go on. Told once until there is news. */
  private tellLoop(record: TraceRecord): void {
    const { payload } = record;
    if (payload.kind !== 'request' || payload.protocol !== 'http' || payload.method !== 'PUT' || !payload.path.includes('/leases/')) return;
    const last = this.steps.at(-1);
    if (last === undefined || last.chapter === 'Loop' || !this.isQuiet(record)) return;
    this.tell(
      record,
      'Loop',
      17,
      sentence(record, this.trace, 'I am still here. All watches stay open; the next change starts the loop again', null),
    );
  }

  /** Nothing was told for a while, and what was asked before is answered, or so old that its answer is lost.
   *  Looks at no later record: what is told must not hang on when it is asked for. */
  private isQuiet({ seq, atUs }: TraceRecord): boolean {
    for (const asked of this.unanswered) {
      const request = this.trace.records[asked] as TraceRecord;
      const answer = this.trace.answerOf(request);
      if ((answer !== undefined && answer.seq < seq) || atUs - request.atUs > LOST_US) this.unanswered.delete(asked);
    }
    const last = this.trace.get(this.steps.at(-1)?.seq ?? -1);
    return this.unanswered.size === 0 && last !== undefined && atUs - last.atUs >= QUIET_US;
  }

  private tell(record: TraceRecord, chapter: Chapter, told: number | null, text: string): void {
    const occurrence = (this.occurrences.get(chapter) ?? 0) + 1;
    this.occurrences.set(chapter, occurrence);
    if (record.payload.kind === 'request') {
      this.requests.set(record.seq, chapter);
      this.unanswered.add(record.seq);
    }
    if (told === 1) this.numbers = true;
    else if (isDeletion(record)) this.numbers = false;
    this.steps.push({ seq: record.seq, chapter, occurrence, told: this.numbers ? told : null, sentence: text });
  }
}

const isDeletion = ({ from, payload }: TraceRecord): boolean =>
  from === KUBECTL && payload.protocol === 'http' && payload.kind === 'request' && payload.method === 'DELETE';
