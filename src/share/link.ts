// A link says what decides a run, where to stand in it, and what to look at: docs/LINKS.md. A run of the library goes
// by its name, with what was given besides (`#/scale?do=get+pods&at=schedule.1`); any other as its whole text
// (`#run=2.TEXT&at=17`), for which the packer of pack.ts is needed. Total: any text gives a Result.
import { type Json, jsonEqual } from '../base/json';
import { err, ok, type Result } from '../base/result';
import { RUNS, SCENARIO_NAMES, type ScenarioName } from '../scenarios/runs';
import type { ClusterSpec, TimedInput } from '../wire/run';
import { isRun } from '../wire/run-schema';
import { lineOfText, textOfLine } from './added-line';
import { type At, atOf, type ChapterAt, chapterOf, textOfAt } from './moment';
import { isPlace, isView, type Sight } from './sight';

export type ShareLevel = 'story' | 'messages' | 'wire';
/** What decides a run, as far as a link tells it; `cluster` null means the default one. */
export interface SharedRun {
  readonly seed: number;
  readonly cluster: ClusterSpec | null;
  readonly inputs: readonly TimedInput[];
}
export interface Moment {
  readonly at: At | null;
  readonly level: ShareLevel;
}
/** By what a reader knows that the replay is the one that was shared. */
export interface Made {
  readonly model: string;
  /** The beginning of the run's digest. */
  readonly digest: string;
}
export interface Link {
  readonly run: SharedRun;
  readonly moment: Moment;
  /** The chapter of a moment that is a record: there goes who replays with another model. */
  readonly chapter?: ChapterAt;
  /** Where an embedded page stops. */
  readonly until?: At;
  readonly sight?: Sight;
  readonly language?: string;
  readonly made?: Made;
}
export type LinkError =
  | 'too-long'
  | 'not-a-link'
  | 'other-version'
  | 'damaged'
  | 'bad-run'
  | 'bad-moment'
  | 'bad-view'
  | 'no-scenario'
  /** A whole run, and no packer at hand: load it and ask again. */
  | 'packed';

/** Turns the text of a run into letters that a link may hold, and back. */
export interface Packer {
  pack(text: string): string;
  unpack(body: string): Result<unknown, 'other-version' | 'not-a-link' | 'damaged' | 'bad-run'>;
}

export const PLAIN_COMMAND = 'kubectl create deployment test --image=nginx';
export const PLAIN_SEED = 1;
/** Of a digest's 16 letters: two runs share them once in four thousand million. */
export const DIGEST_LETTERS = 8;
const MAX_HASH = 65536;
/** Longer than this, a list of commands is not for reading. */
const MAX_READABLE = 240;
const LEVELS: readonly ShareLevel[] = ['story', 'messages', 'wire'];
const FRESH: SharedRun = { seed: PLAIN_SEED, cluster: null, inputs: [] };
const PLAIN: SharedRun = { ...FRESH, inputs: [{ when: 'rest', input: { type: 'kubectl', line: PLAIN_COMMAND } }] };

type Fields = readonly (readonly [name: string, value: string])[];

/** The hash of a link, with its `#`; an error if the run is too large for one. */
export function encodeLink(link: Link, packer: Packer | null): Result<string, 'too-long' | 'packed'> {
  const { run } = link;
  const named = namedFields(run);
  if (named === null && packer === null) return err('packed');
  const fields = [...(named?.fields ?? [['run', packer?.pack(textOf(run)) ?? '']]), ...fieldsBesides(link)]
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
  const hash = named === null ? `#${fields}` : `#/${named.name}${fields === '' ? '' : `?${fields}`}`;
  return hash.length > MAX_HASH ? err('too-long') : ok(hash);
}

/** Null for an empty hash: the start page. Never throws. */
export function decodeLink(hash: string, packer: Packer | null): Result<Link | null, LinkError> {
  if (hash === '' || hash === '#') return ok(null);
  if (hash.length > MAX_HASH) return err('too-long');
  const [, name, query = ''] = /^#\/([^?]*)(?:\?(.*))?$/s.exec(hash) ?? [];
  const fields = fieldsOf(name === undefined ? hash.slice(1) : query);
  if (fields === null) return err('not-a-link');
  const run = name === undefined ? wholeRun(fields, packer) : namedRun(name, fields);
  return run.ok ? besides(run.value, fields) : run;
}

// ---- The run

/** The name that the run has in the library; null if it is not one of its runs. */
export function nameOf({ seed, cluster, inputs }: SharedRun): ScenarioName | null {
  return SCENARIO_NAMES.find((name) => same({ seed, cluster, inputs }, libraryRun(name))) ?? null;
}

/** What decides the run of that name. */
export function libraryRun(name: ScenarioName): SharedRun {
  const { seed, cluster, inputs }: SharedRun = RUNS[name];
  return { seed, cluster, inputs };
}

const same = (a: unknown, b: unknown): boolean => jsonEqual(a as Json, b as Json);

/** The run as a name with what was given after it, the longest known beginning first; null if that is not for reading. */
function namedFields({ seed, cluster, inputs }: SharedRun): { readonly name: string; readonly fields: Fields } | null {
  const begins = (known: SharedRun): boolean => same(cluster, known.cluster) && same(inputs.slice(0, known.inputs.length), known.inputs);
  const names = SCENARIO_NAMES.filter((name) => begins(libraryRun(name)));
  const name = names.sort((a, b) => libraryRun(b).inputs.length - libraryRun(a).inputs.length)[0];
  const known = name === undefined ? FRESH : libraryRun(name);
  if (!begins(known)) return null;
  const lines = inputs.slice(known.inputs.length).map(textOfLine);
  if (lines.includes(null) || lines.join('&do=').length > MAX_READABLE) return null;
  const given = lines.map((line): readonly [string, string] => ['do', line ?? '']);
  return { name: name ?? '', fields: seed === known.seed ? given : [...given, ['seed', String(seed)]] };
}

function namedRun(name: string, fields: Fields): Result<SharedRun, LinkError> {
  const known = SCENARIO_NAMES.find((candidate) => candidate === name);
  if (known === undefined && name !== '') return err('no-scenario');
  const { seed, cluster, inputs } = known === undefined ? FRESH : libraryRun(known);
  const added = fields.filter(([field]) => field === 'do').map(([, value]) => lineOfText(value));
  if (added.includes(null)) return err('damaged');
  const wanted = valueOf(fields, 'seed') ?? String(seed);
  return checked({ seed: /^\d{1,10}$/.test(wanted) ? Number(wanted) : null, cluster, inputs: [...inputs, ...added] });
}

const textOf = ({ seed, cluster, inputs }: SharedRun): string =>
  JSON.stringify(cluster === null ? { seed, inputs } : { seed, cluster, inputs });

function wholeRun(fields: Fields, packer: Packer | null): Result<SharedRun, LinkError> {
  const body = valueOf(fields, 'run');
  if (body === undefined) return err('not-a-link');
  // As the plain command was written before the library had names.
  if (body === '1') return ok(PLAIN);
  if (packer === null) return err('packed');
  const value = packer.unpack(body);
  return value.ok ? checked(value.value) : value;
}

function checked(value: unknown): Result<SharedRun, 'bad-run'> {
  if (!isRun(value)) return err('bad-run');
  const { seed, cluster = null, inputs } = value;
  return ok({ seed, cluster, inputs });
}

// ---- What stands besides the run

function fieldsBesides({ moment: { at, level }, chapter, until, sight = {}, language, made }: Link): Fields {
  const told: readonly (readonly [name: string, value: string | undefined])[] = [
    ['at', at === null ? undefined : textOfAt(at)],
    ['in', chapter && textOfAt(chapter)],
    ['to', until && textOfAt(until)],
    ['level', level === 'story' ? undefined : level],
    ['view', sight.view],
    ['open', sight.open],
    ['select', sight.select],
    ['lang', language],
    ['made', made && `${made.model}.${made.digest}`],
  ];
  return told.filter((field): field is readonly [string, string] => field[1] !== undefined);
}

function besides(run: SharedRun, fields: Fields): Result<Link, LinkError> {
  const at = optional(fields, 'at', atOf);
  const chapter = optional(fields, 'in', chapterOf);
  const until = optional(fields, 'to', atOf);
  const level = optional(fields, 'level', levelOf);
  const sight = sightOf(fields);
  const language = optional(fields, 'lang', (text) => (/^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$/.test(text) ? ok(text) : err('bad-view')));
  const made = optional(fields, 'made', madeOf);
  for (const part of [at, chapter, until, level, sight, language, made]) if (!part.ok) return part;
  const value = <T>(part: Result<T, LinkError>): T | undefined => (part.ok ? part.value : undefined);
  const all = { chapter: value(chapter), until: value(until), sight: value(sight), language: value(language), made: value(made) };
  const given = Object.fromEntries(Object.entries(all).filter(([, part]) => part !== undefined));
  return ok({ run, moment: { at: value(at) ?? null, level: value(level) ?? 'story' }, ...given });
}

function levelOf(text: string): Result<ShareLevel, 'bad-moment'> {
  const level = LEVELS.find((known) => known === text);
  return level === undefined ? err('bad-moment') : ok(level);
}

function madeOf(text: string): Result<Made, 'damaged'> {
  const [, model, digest] = /^([\w.-]{1,32})\.([0-9a-f]{8,64})$/.exec(text) ?? [];
  return model === undefined || digest === undefined ? err('damaged') : ok({ model, digest });
}

function sightOf(fields: Fields): Result<Sight | undefined, 'bad-view'> {
  const view = valueOf(fields, 'view');
  const open = valueOf(fields, 'open');
  const select = valueOf(fields, 'select');
  if (view !== undefined && !isView(view)) return err('bad-view');
  if ([open, select].some((place) => place !== undefined && !isPlace(place))) return err('bad-view');
  const sight: Sight = {
    ...(view !== undefined && { view }),
    ...(open !== undefined && { open }),
    ...(select !== undefined && { select }),
  };
  return ok(Object.keys(sight).length === 0 ? undefined : sight);
}

// ---- Fields

function fieldsOf(text: string): Fields | null {
  const parts = text === '' ? [] : text.split('&').map((part) => [part, part.indexOf('=')] as const);
  if (parts.some(([, equals]) => equals < 0)) return null;
  return parts.map(([part, equals]) => [part.slice(0, equals), part.slice(equals + 1)]);
}

const valueOf = (fields: Fields, name: string): string | undefined => fields.find(([field]) => field === name)?.[1];

function optional<T>(fields: Fields, name: string, read: (text: string) => Result<T, LinkError>): Result<T | undefined, LinkError> {
  const text = valueOf(fields, name);
  return text === undefined ? ok(undefined) : read(text);
}
