// A link is `#/NAME?at=MOMENT&level=LEVEL` for a run of the library, `#run=BODY&at=MOMENT&level=LEVEL` for any
// other. BODY is `1.TEXT`, TEXT being the run's JSON, deflated, as base64url; the leading number is the format's
// version, and `1` alone is the plain command as it was written before the library had names. MOMENT is
// `chapter.occurrence` (`schedule.1`) or a record's number.
import { deflateSync, Inflate, strFromU8, strToU8 } from 'fflate';
import { type Json, jsonEqual } from '../base/json';
import { err, ok, type Result } from '../base/result';
import { RUNS, SCENARIO_NAMES, type ScenarioName } from '../scenarios/runs';
import type { ClusterSpec, TimedInput } from '../wire/run';
import { isRun } from '../wire/run-schema';

export type ShareLevel = 'story' | 'messages' | 'wire';
export type At = { readonly chapter: string; readonly occurrence: number } | { readonly record: number };
export interface Moment {
  readonly at: At | null;
  readonly level: ShareLevel;
}
/** What decides a run, as far as a link tells it; `cluster` null means the default one. */
export interface SharedRun {
  readonly seed: number;
  readonly cluster: ClusterSpec | null;
  readonly inputs: readonly TimedInput[];
}
export interface Link {
  readonly run: SharedRun;
  readonly moment: Moment;
}
export type LinkError = 'too-long' | 'not-a-link' | 'other-version' | 'damaged' | 'bad-run' | 'bad-moment' | 'no-scenario';

export const PLAIN_COMMAND = 'kubectl create deployment test --image=nginx';
export const PLAIN_SEED = 1;
const VERSION = '1';
const MAX_HASH = 65536;
const MAX_TEXT = 262144;
const LEVELS: readonly ShareLevel[] = ['story', 'messages', 'wire'];
const CHAPTERS = ['boot', 'request', 'admit', 'persist', 'notify', 'reconcile', 'schedule', 'run', 'report', 'route', 'loop'];

/** The hash of a link, with its `#`; an error if the run is too large for one. */
export function encodeLink({ run, moment }: Link): Result<string, LinkError> {
  const fields: string[] = [];
  if (moment.at !== null)
    fields.push(`at=${'record' in moment.at ? moment.at.record : `${moment.at.chapter.toLowerCase()}.${moment.at.occurrence}`}`);
  if (moment.level !== 'story') fields.push(`level=${moment.level}`);
  const name = nameOf(run);
  const hash =
    name === null
      ? `#${[`run=${VERSION}.${packed(run)}`, ...fields].join('&')}`
      : `#/${name}${fields.length === 0 ? '' : `?${fields.join('&')}`}`;
  return hash.length > MAX_HASH ? err('too-long') : ok(hash);
}

/** Null for an empty hash: the start page. Never throws. */
export function decodeLink(hash: string): Result<Link | null, LinkError> {
  if (hash === '' || hash === '#') return ok(null);
  if (hash.length > MAX_HASH) return err('too-long');
  const [, name, query = ''] = /^#\/([^?]*)(?:\?(.*))?$/s.exec(hash) ?? [];
  const fields = fieldsOf(name === undefined ? hash.slice(1) : query);
  if (fields === null) return err('not-a-link');
  const run = name === undefined ? decodeRun(fields.get('run')) : namedRun(name);
  if (!run.ok) return run;
  const moment = decodeMoment(fields.get('at'), fields.get('level'));
  return moment.ok ? ok({ run: run.value, moment: moment.value }) : moment;
}

function fieldsOf(text: string): ReadonlyMap<string, string> | null {
  const fields = new Map<string, string>();
  for (const part of text === '' ? [] : text.split('&')) {
    const equals = part.indexOf('=');
    if (equals < 0) return null;
    fields.set(part.slice(0, equals), part.slice(equals + 1));
  }
  return fields;
}

/** The name that the run has in the library; null if it is not one of its runs. */
export function nameOf({ seed, cluster, inputs }: SharedRun): ScenarioName | null {
  const asJson = { seed, cluster, inputs } as unknown as Json;
  return SCENARIO_NAMES.find((name) => jsonEqual(asJson, libraryRun(name) as unknown as Json)) ?? null;
}

/** What decides the run of that name. */
export function libraryRun(name: ScenarioName): SharedRun {
  const { seed, cluster, inputs }: SharedRun = RUNS[name];
  return { seed, cluster, inputs };
}

function namedRun(name: string): Result<SharedRun, LinkError> {
  const known = SCENARIO_NAMES.find((candidate) => candidate === name);
  return known === undefined ? err('no-scenario') : ok(libraryRun(known));
}

function decodeRun(body: string | undefined): Result<SharedRun, LinkError> {
  if (body === undefined) return err('not-a-link');
  const [version, text, ...rest] = body.split('.');
  if (version !== VERSION) return err(/^\d+$/.test(version ?? '') ? 'other-version' : 'not-a-link');
  if (rest.length > 0) return err('damaged');
  if (text === undefined)
    return ok({ seed: PLAIN_SEED, cluster: null, inputs: [{ when: 'rest', input: { type: 'kubectl', line: PLAIN_COMMAND } }] });
  const value = unpacked(text);
  if (!value.ok) return value;
  if (!isRun(value.value)) return err('bad-run');
  const { seed, cluster = null, inputs } = value.value;
  return ok({ seed, cluster, inputs });
}

function decodeMoment(at: string | undefined, level = 'story'): Result<Moment, LinkError> {
  if (!LEVELS.includes(level as ShareLevel)) return err('bad-moment');
  const told = (value: At | null) => ok<Moment>({ at: value, level: level as ShareLevel });
  if (at === undefined) return told(null);
  if (/^\d{1,9}$/.test(at)) return told({ record: Number(at) });
  const [, chapter, occurrence] = /^([a-z]+)\.([1-9]\d{0,6})$/.exec(at) ?? [];
  if (chapter === undefined || !CHAPTERS.includes(chapter)) return err('bad-moment');
  return told({ chapter, occurrence: Number(occurrence) });
}

// ---- Text

const packed = (run: SharedRun): string => {
  const { seed, cluster, inputs } = run;
  const text = JSON.stringify(cluster === null ? { seed, inputs } : { seed, cluster, inputs });
  return base64url(deflateSync(strToU8(text), { level: 9 }));
};

function unpacked(text: string): Result<unknown, LinkError> {
  const bytes = fromBase64url(text);
  const inflated = bytes === null ? null : inflate(bytes);
  if (inflated === null) return err('damaged');
  try {
    return ok(JSON.parse(strFromU8(inflated)));
  } catch {
    return err('damaged');
  }
}

/** Null if the bytes are damaged, cut off, or give more than a link may. */
function inflate(bytes: Uint8Array): Uint8Array | null {
  const chunks: Uint8Array[] = [];
  let size = 0;
  let ended = false;
  const stream = new Inflate((chunk, final) => {
    size += chunk.length;
    if (size > MAX_TEXT) throw new RangeError('too much');
    chunks.push(chunk);
    ended = final;
  });
  try {
    // In small portions, so that a bomb is noticed before it has grown.
    for (let at = 0; at < bytes.length; at += 512) stream.push(bytes.subarray(at, at + 512), at + 512 >= bytes.length);
  } catch {
    return null;
  }
  if (!ended) return null;
  const whole = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.length;
  }
  return whole;
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

function base64url(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const [a = 0, b = 0, c = 0] = bytes.subarray(i, i + 3);
    const word = (a << 16) | (b << 8) | c;
    const digits = Math.min(4, bytes.length - i + 1);
    for (let digit = 0; digit < digits; digit++) text += ALPHABET[(word >> (18 - 6 * digit)) & 63];
  }
  return text;
}

function fromBase64url(text: string): Uint8Array | null {
  if (text.length % 4 === 1) return null;
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let bits = 0;
  let held = 0;
  let at = 0;
  for (const letter of text) {
    const value = ALPHABET.indexOf(letter);
    if (value < 0) return null;
    held = ((held << 6) | value) & 0xffffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[at++] = (held >> bits) & 255;
    }
  }
  return bytes;
}
