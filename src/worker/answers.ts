// Answers to the page's questions. Each is a pure function of the trace so far.
import type { Json, JsonObject } from '../base/json';
import { curlOf, rawOf } from '../narration/curl';
import { lessonsOf } from '../narration/lessons';
import { lineOf } from '../narration/line';
import { noteOf } from '../narration/notes';
import { sentenceOf } from '../narration/sentence';
import type { Story } from '../narration/story';
import { keyChangeOf } from '../trace/field-changes';
import { filterRecords } from '../trace/filter';
import { parseFilter } from '../trace/filter-text';
import { INSIDE } from '../trace/levels';
import { firstMatches } from '../trace/matching';
import { objectsAt, sceneAt } from '../trace/scene';
import type { Trace } from '../trace/trace';
import type { TraceRecord } from '../wire/record';
import { interiorAt, keyHistoryAt } from './interior';
import { type Answer, type Detail, LEVELS, type Level, type Line, type Question, type Step } from './protocol';

const MAX_CAUSES = 200;
const MAX_EFFECTS = 200;
const MAX_TRANSCRIPT = 20_000;

/** Every question but the one that is answered later. */
export function answerTo(question: Exclude<Question, { type: 'compare' }>, trace: Trace, story: Story): Answer {
  switch (question.type) {
    case 'detail':
      return { type: 'detail', detail: detailOf(question.seq, trace) };
    case 'lines':
      return { type: 'lines', lines: question.seqs.flatMap((seq) => linesOf(trace, trace.get(seq))) };
    case 'scene':
      return { type: 'scene', scene: sceneAt(trace, question.seq) };
    case 'interior':
      return { type: 'interior', ...interiorAt(trace, question.component, question.seq) };
    case 'key':
      return { type: 'key', ...keyHistoryAt(trace, question.key, question.seq, question.between) };
    case 'objects':
      return { type: 'objects', objects: objectsAt(trace, question.seq) };
    case 'filter':
      return { type: 'filter', seqs: filtered(question.text, trace, story) };
    case 'matches':
      return { type: 'matches', seqs: firstMatches(question.matchers, trace) };
    case 'lessons':
      return { type: 'lessons', lessons: lessonsOf(trace) };
    case 'transcript':
      return { type: 'transcript', lines: transcript(question.level, trace, story) };
  }
}

function filtered(text: string, trace: Trace, { steps }: Story): readonly number[] {
  const terms = parseFilter(text);
  return terms.ok ? filterRecords(terms.value, trace, new Set(steps.map(({ seq }) => seq))) : [];
}

const linesOf = (trace: Trace, record: TraceRecord | undefined): Line[] => (record === undefined ? [] : [lineOf(record, trace)]);

function detailOf(seq: number, trace: Trace): Detail | null {
  const record = trace.get(seq);
  if (record === undefined) return null;
  const { atUs, receivedUs, from, to, actor, payload } = record;
  const request = trace.requestOf(record);
  const counterpart = request === undefined ? undefined : request === record ? trace.answerOf(record) : request;
  return {
    line: lineOf(record, trace),
    atUs,
    receivedUs,
    from,
    to,
    actor,
    protocol: payload.protocol,
    kind: payload.kind,
    payload: payload as unknown as Json,
    counterpart: counterpart === undefined ? null : { seq: counterpart.seq, payload: counterpart.payload as unknown as Json },
    change: keyChangeOf(record, trace),
    causes: trace.causes(seq, MAX_CAUSES).map((cause) => lineOf(cause, trace)),
    effects: trace
      .effects(seq)
      .slice(0, MAX_EFFECTS)
      .map((effect) => ({ ...lineOf(effect, trace), leads: trace.effects(effect.seq).length })),
    chain: chainOf(record, request, trace),
    curl: curlOf(record, trace),
    raw: rawOf(record, trace),
    note: noteOf(record, trace),
  };
}

/** What kube-apiserver's chambers said to the request that a record belongs to. */
function chainOf({ payload }: TraceRecord, request: TraceRecord | undefined, trace: Trace): JsonObject | null {
  if (payload.kind === 'inside') return payload.topic === 'chain' ? payload.detail : null;
  if (request === undefined || request.to !== 'kube-apiserver') return null;
  for (const effect of trace.effects(request.seq)) {
    if (effect.payload.kind === 'inside' && effect.payload.topic === 'chain') return effect.payload.detail;
  }
  return null;
}

/** The story's steps with what was typed and printed, or every message of a level with the step that it
 *  belongs to. Boot is its steps only. */
function transcript(level: Level, trace: Trace, { steps }: Story): readonly (Step & { readonly atUs: number })[] {
  const lowest = LEVELS.indexOf(level);
  const lines: (Step & { atUs: number })[] = [];
  let next = 0;
  for (const record of trace.records) {
    if (lines.length === MAX_TRANSCRIPT) break;
    const { seq, atUs } = record;
    const step = steps[next]?.seq === seq ? steps[next++] : undefined;
    // What was typed belongs to the step that it begins.
    const begins = record.payload.kind === 'input' ? steps[next] : undefined;
    const { chapter, occurrence } = begins ?? steps[next - 1] ?? { chapter: 'Boot', occurrence: 1 };
    if (step !== undefined) lines.push({ ...step, atUs });
    else if (!trace.isBoot(seq) && (trace.levels[seq] ?? INSIDE) <= lowest)
      lines.push({ seq, chapter, occurrence, told: null, sentence: sentenceOf(record, trace), atUs });
  }
  return lines;
}
