// The stage's engine: what is lit, what the gate shows, where things stand. Hears the session, tells
// signals; knows no React. Nothing here changes with each frame but the number of chambers entered.
import { isObject, type Json, type JsonObject } from '../../base/json';
import type { Detail } from '../../worker/protocol';
import { type Layout, type LayoutNode, layoutOf } from '../layout';
import type { Rect } from '../places';
import type { Session } from '../session';
import { type Signal, type Source, signal } from '../signal';
import type { Size } from './camera';
import { answeredBy, entered, type Verdict, verdictsOf } from './chambers';
import { type Focus, focusOf } from './focus';
import type { View } from './render';
import { type Tiles, tilesAt } from './scene-index';

export interface GateState {
  readonly verdicts: readonly Verdict[];
  /** How many of them are shown. */
  readonly shown: number;
  /** The request is on its way through the gate now, not past it. */
  readonly passing: boolean;
}
/** A decision of the scheduler: node -> why not, or its score. */
export interface Decision {
  readonly pod: string;
  readonly chosen: string | null;
  readonly nodes: readonly { readonly name: string; readonly score: number | null; readonly whyNot: string | null }[];
}

export interface StageModel {
  readonly session: Session;
  readonly layout: Signal<Layout>;
  /** The folded node that is shown whole. */
  readonly opened: Source<string | null>;
  readonly focus: Signal<Focus | null>;
  readonly gate: Signal<GateState>;
  readonly decision: Signal<Decision | null>;
  /** The revision that the message in focus wrote, or tells of; null if it is of none. */
  readonly written: Signal<number | null>;
  /** The one tab stop among the components. */
  readonly active: Source<string>;
  /** What is in view, and how large the view is in pixels. */
  readonly view: Source<View>;
  readonly size: Source<Size>;
  /** Where the callout stands, in pixels of the view; null while there is none. */
  readonly callout: Source<Rect | null>;
  tiles(): Tiles;
  /** The message in focus, if its detail has come. */
  detail(): Detail | null;
  /** Begins to listen; returns a way to stop. */
  start(): () => void;
}

const USUAL: readonly LayoutNode[] = [
  { name: 'control-plane', role: 'control-plane' },
  { name: 'node-1', role: 'worker' },
  { name: 'node-2', role: 'worker' },
  { name: 'node-3', role: 'worker' },
];
const CLOSED: GateState = { verdicts: [], shown: 0, passing: false };

export function createStageModel(session: Session): StageModel {
  const opened = signal<string | null>(null);
  const layout = signal(layoutOf(USUAL));
  const focus = signal<Focus | null>(null);
  const gate = signal<GateState>(CLOSED);
  const decision = signal<Decision | null>(null);
  const written = signal<number | null>(null);
  const active = signal('kube-apiserver');
  const view = signal<View>({ x: 0, y: 0, zoom: 1 });
  const size = signal<Size>({ width: 0, height: 0 });
  const callout = signal<Rect | null>(null);
  let laidOut = '';

  const tiles = (): Tiles => tilesAt(layout.get(), session.scene.get());

  function detail(): Detail | null {
    const found = session.detail.get();
    return found !== null && found.line.seq === session.player.position().seq ? found : null;
  }

  function layOut(): void {
    const nodes = session.run.get()?.cluster.nodes ?? USUAL;
    const wanted = `${opened.get()} ${nodes.map(({ name, role }) => `${name}:${role}`).join()}`;
    if (wanted === laidOut) return;
    laidOut = wanted;
    layout.set(layoutOf(nodes, opened.get()));
    look();
  }

  function look(): void {
    const header = session.columns.header(session.player.position().seq);
    const before = focus.get();
    const next = header === null ? null : focusOf(header, layout.get(), tiles(), session.columns.header(header.exchange));
    if (before === null || next === null || !sameFocus(before, next)) focus.set(next);
    open();
  }

  /** The chambers and the scheduler's table, as far as the message has come. */
  function open(): void {
    const here = detail();
    decision.set(here === null ? null : sameOr(decision.get(), decisionOf(here)));
    written.set(here === null ? null : revisionOf(here));
    const next = here === null ? CLOSED : gateOf(here, session.player.position().progress, chainIsNext(session, here.line.seq));
    const last = gate.get();
    if (last.shown !== next.shown || last.passing !== next.passing || JSON.stringify(last.verdicts) !== JSON.stringify(next.verdicts))
      gate.set(next);
  }

  return {
    session,
    layout,
    opened,
    focus,
    gate,
    decision,
    written,
    active,
    view,
    size,
    callout,
    tiles,
    detail,
    start() {
      layOut();
      look();
      const stops = [
        opened.subscribe(layOut),
        session.run.subscribe(layOut),
        session.player.cursor.subscribe(look),
        session.scene.subscribe(look),
        session.detail.subscribe(look),
        session.player.onMove(() => {
          if (gate.get().passing) open();
        }),
      ];
      return () => {
        for (const stop of stops) stop();
      };
    },
  };
}

const sameFocus = (a: Focus, b: Focus): boolean =>
  a.header.seq === b.header.seq && a.from === b.from && a.to === b.to && a.way?.d === b.way?.d && a.lost === b.lost;

const sameOr = <T>(before: T, next: T): T => (JSON.stringify(before) === JSON.stringify(next) ? before : next);

/** The record of the chambers is told as a message of its own, right after the request. */
function chainIsNext({ list, columns }: Session, seq: number): boolean {
  const told = list();
  const next = columns.header(told.at(told.placeOf(seq) + 1));
  return next !== null && next.kind === 'inside' && next.from === 'kube-apiserver' && next.cause === seq;
}

function gateOf(detail: Detail, progress: number, chainFollows: boolean): GateState {
  const chain = detail.chain;
  if (chain === null || chainFollows) return CLOSED;
  const payload = detail.kind === 'response' ? detail.payload : (detail.counterpart?.payload ?? null);
  const verdicts = verdictsOf(chain, answeredBy(payload));
  if (detail.kind === 'inside') return { verdicts, shown: entered(progress, verdicts.length), passing: true };
  if (detail.kind === 'request') return progress < 1 ? CLOSED : { verdicts, shown: verdicts.length, passing: false };
  return verdicts.at(-1)?.state === 'refused' ? { verdicts, shown: verdicts.length, passing: false } : CLOSED;
}

/** Of etcd's messages: the revision that a write made. */
function revisionOf({ protocol, kind, payload, counterpart }: Detail): number | null {
  if (protocol !== 'etcd') return null;
  const whole = kind === 'request' ? counterpart?.payload : payload;
  const body = isObject(whole) && isObject(whole.body) ? whole.body : {};
  const news = Array.isArray(body.events) ? (body.events as readonly Json[]).at(-1) : undefined;
  const revision =
    isObject(news) && isObject(news.kv)
      ? news.kv.mod_revision
      : body.succeeded === true && isObject(body.header)
        ? body.header.revision
        : null;
  return typeof revision === 'number' ? revision : null;
}

function decisionOf({ payload }: Detail): Decision | null {
  if (!isObject(payload) || payload.topic !== 'schedule' || !isObject(payload.detail)) return null;
  const { pod, chosen, nodes } = payload.detail;
  if (!isObject(nodes)) return null;
  return {
    pod: String(pod),
    chosen: typeof chosen === 'string' ? chosen : null,
    nodes: Object.entries(nodes).map(([name, verdict]) => nodeVerdict(name, isObject(verdict) ? verdict : {})),
  };
}

function nodeVerdict(name: string, { filter, total }: JsonObject): Decision['nodes'][number] {
  if (isObject(filter)) return { name, score: null, whyNot: String(filter.reason ?? filter.plugin ?? '') };
  return { name, score: typeof total === 'number' ? total : null, whyNot: null };
}
