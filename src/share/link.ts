// A link is `#run=BODY&at=MOMENT&level=LEVEL`. BODY is `1` for the plain command, `1.TEXT` for any other
// run, TEXT being its JSON, deflated, as base64url; the leading number is the format's version. MOMENT is
// `chapter.occurrence` (`schedule.1`) or a record's number.
import { deflateSync, Inflate, strFromU8, strToU8 } from 'fflate';
import { isObject } from '../base/json';
import { err, ok, type Result } from '../base/result';
import type { ClusterSpec, TimedInput } from '../wire/run';
import { areInputs, isCluster, isSeed } from './guards';

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
export type LinkError = 'too-long' | 'not-a-link' | 'other-version' | 'damaged' | 'bad-run' | 'bad-moment';

export const PLAIN_COMMAND = 'kubectl create deployment test --image=nginx';
export const PLAIN_SEED = 1;
const VERSION = '1';
const MAX_HASH = 65536;
const MAX_TEXT = 262144;
const LEVELS: readonly ShareLevel[] = ['story', 'messages', 'wire'];
const CHAPTERS = ['boot', 'request', 'admit', 'persist', 'notify', 'reconcile', 'schedule', 'run', 'report', 'route', 'loop'];

/** The hash of a link, with its `#`; an error if the run is too large for one. */
export function encodeLink({ run, moment }: Link): Result<string, LinkError> {
  const parts = [`run=${VERSION}${isPlain(run) ? '' : `.${packed(run)}`}`];
  if (moment.at !== null)
    parts.push(`at=${'record' in moment.at ? moment.at.record : `${moment.at.chapter.toLowerCase()}.${moment.at.occurrence}`}`);
  if (moment.level !== 'story') parts.push(`level=${moment.level}`);
  const hash = `#${parts.join('&')}`;
  return hash.length > MAX_HASH ? err('too-long') : ok(hash);
}

/** Null for an empty hash: the start page. Never throws. */
export function decodeLink(hash: string): Result<Link | null, LinkError> {
  if (hash === '' || hash === '#') return ok(null);
  if (hash.length > MAX_HASH) return err('too-long');
  const fields = new Map<string, string>();
  for (const part of hash.slice(1).split('&')) {
    const equals = part.indexOf('=');
    if (equals < 0) return err('not-a-link');
    fields.set(part.slice(0, equals), part.slice(equals + 1));
  }
  const run = decodeRun(fields.get('run'));
  if (!run.ok) return run;
  const moment = decodeMoment(fields.get('at'), fields.get('level'));
  return moment.ok ? ok({ run: run.value, moment: moment.value }) : moment;
}

const isPlain = ({ seed, cluster, inputs }: SharedRun): boolean => {
  const [only, ...others] = inputs;
  return (
    seed === PLAIN_SEED &&
    cluster === null &&
    others.length === 0 &&
    only?.when === 'rest' &&
    only.input.type === 'kubectl' &&
    only.input.line === PLAIN_COMMAND &&
    only.input.stdin === undefined
  );
};

function decodeRun(body: string | undefined): Result<SharedRun, LinkError> {
  if (body === undefined) return err('not-a-link');
  const [version, text, ...rest] = body.split('.');
  if (version !== VERSION) return err(/^\d+$/.test(version ?? '') ? 'other-version' : 'not-a-link');
  if (rest.length > 0) return err('damaged');
  if (text === undefined)
    return ok({ seed: PLAIN_SEED, cluster: null, inputs: [{ when: 'rest', input: { type: 'kubectl', line: PLAIN_COMMAND } }] });
  const value = unpacked(text);
  if (!value.ok) return value;
  if (!isObject(value.value)) return err('bad-run');
  const { seed, cluster = null, inputs } = value.value;
  if (!isSeed(seed) || !areInputs(inputs) || (cluster !== null && !isCluster(cluster))) return err('bad-run');
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
