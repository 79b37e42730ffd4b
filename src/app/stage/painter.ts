// Keeps the canvas, the message's button and its ring where the playhead says, outside React. Draws when
// something moved, never in a loop of its own.
import { isObject } from '../../base/json';
import type { Detail } from '../../worker/protocol';
import { passage } from '../layout';
import type { Route } from '../route';
import type { Header } from '../trace-columns';
import { useUi } from '../ui';
import { wayBetween } from '../ways';
import { threadStart } from './callout-place';
import { docks } from './camera';
import { companionsOf, type Focus, LOST_AT, type Shape, shapeOf, shareAt, type Tone, timeAt, toneOf } from './focus';
import type { StageModel } from './model';
import { standing } from './motion';
import { type DrawnMessage, type Palette, render, type Stamp } from './render';
import { createStamp } from './stamps';

export interface Elements {
  readonly canvas: HTMLCanvasElement;
  /** The message in focus, to be clicked and focused. */
  readonly button: HTMLElement;
  /** Shown once where a message arrived. */
  readonly ring: HTMLElement;
  /** The number that flashes along the way when nothing travels. */
  readonly number: HTMLElement;
}

/** A message that is on its way while the one in focus is. */
interface Companion {
  readonly header: Header;
  readonly way: Route;
  readonly shape: Shape;
  readonly tone: Tone;
}

const TONES: readonly Tone[] = ['http', 'etcd', 'cri', 'kernel', 'registry', 'sky', 'probe', 'person', 'fail'];
const WRONG = '✕';
/** So far from a message may its button be while that travels, in pixels. */
const REACH = 10;
/** More than any told level has on its way at once. */
const CROWD = 100;

interface Spot {
  readonly x: number;
  readonly y: number;
}

/** `still`: nothing travels. Returns a way to stop. */
export function createPainter(model: StageModel, { canvas, button, ring, number }: Elements, still: () => boolean): () => void {
  const context = canvas.getContext('2d');
  const { session } = model;
  let palette: Palette | null = null;
  let stamp: Stamp | null = null;
  let stampRatio = 0;
  let wasMoving = -1;
  /** The last frame was left out. */
  let skipped = false;
  /** Where the button is. */
  let stood: Spot | null = null;
  /** Null until it is drawn again, after the message in focus, the list or the places changed. */
  let companions: Companion[] | null = null;
  let ringing: Animation | undefined;

  /** The message in focus where it stands now. */
  function inFocus(focus: Focus): DrawnMessage | null {
    const { progress } = session.player.position();
    const gate = model.gate.get();
    const last = gate.verdicts[gate.verdicts.length - 1];
    if (gate.passing && last !== undefined) {
      const shape = last.state === 'refused' && progress >= 1 ? 'failure' : 'request';
      const way = passage(last.chamber);
      return { way, ...standing(way, progress, shape), shape, tone: 'http', code: WRONG, inFocus: true };
    }
    const { way, tone, lost } = focus;
    if (way === null) return null;
    const shape = lost && progress >= 1 ? 'failure' : focus.shape;
    const code = lost ? WRONG : codeOf(model.detail());
    if (still()) return { way, ...way.at(0.5), share: 1, shape, tone, code, inFocus: true };
    return { way, ...standing(way, lost ? Math.min(progress, LOST_AT) : progress, shape), shape, tone, code, inFocus: true };
  }

  /** A request that arrived and was refused stands in the chamber that refused it. */
  function stopped(focus: Focus): DrawnMessage[] {
    const { verdicts, shown, passing } = model.gate.get();
    const last = verdicts[shown - 1];
    if (passing || last?.state !== 'refused' || focus.shape !== 'request') return [];
    const way = passage(last.chamber);
    return [{ way: null, ...way.at(1), share: 1, shape: 'failure', tone: 'fail', code: WRONG, inFocus: true }];
  }

  /** What else is on its way at this moment of virtual time. */
  function others(focus: Focus): DrawnMessage[] {
    const { progress } = session.player.position();
    const nowUs = timeAt(focus.header, Math.min(progress, 0.999));
    const messages: DrawnMessage[] = [];
    companions ??= companionsWithWays(focus);
    for (const { header, way, shape, tone } of companions) {
      const share = shareAt(header, nowUs);
      if (share !== null) messages.push({ way, ...way.at(share), share, shape, tone, code: '', inFocus: false });
    }
    return messages;
  }

  function companionsWithWays({ header: focused }: Focus): Companion[] {
    return companionsOf(session.columns, session.list(), focused).flatMap((header) => {
      const way = wayBetween(model.layout.get(), header.from, header.to, model.tiles());
      return way === null ? [] : [{ header, way, shape: shapeOf(header), tone: toneOf(header) }];
    });
  }

  function draw(): void {
    const { width, height } = model.size.get();
    if (context === null || width === 0) return;
    const pixelRatio = devicePixelRatio;
    if (canvas.width !== Math.round(width * pixelRatio) || canvas.height !== Math.round(height * pixelRatio)) {
      canvas.width = Math.round(width * pixelRatio);
      canvas.height = Math.round(height * pixelRatio);
    }
    palette ??= paletteOf(canvas);
    if (stamp === null || stampRatio !== pixelRatio) stamp = createStamp(palette, (stampRatio = pixelRatio));
    const view = model.view.get();
    const focus = model.focus.get();
    const message = focus === null ? null : inFocus(focus);
    const messages = focus === null ? [] : [...others(focus), ...stopped(focus), ...(message === null ? [] : [message])];
    const at = message === null ? null : { x: message.x * view.zoom + view.x, y: message.y * view.zoom + view.y };
    const callout = model.callout.get();
    const tied = at !== null && callout !== null && focus?.way !== null && !docks(model.size.get(), useUi.getState().presenting);
    const thread = tied ? { from: threadStart(callout, at.x, at.y), to: [at.x, at.y] as const } : null;
    render(context, { width, height, pixelRatio, view, messages, thread, still: still() }, palette, stamp);
    if (at !== null) follow(at);
    hide(button, at === null);
    hide(number, at === null || !still());
    arrive(at);
  }

  /** The button stays under what moves, but does not move with each frame: each time the browser would lay all layers of
   *  the page out anew. */
  function follow(at: Spot): void {
    const { progress } = session.player.position();
    const travels = progress > 0 && progress < 1 && document.activeElement !== button;
    if (travels && stood !== null && Math.hypot(at.x - stood.x, at.y - stood.y) < REACH) return;
    stood = at;
    button.style.transform = `translate(${at.x}px, ${at.y}px)`;
    number.style.transform = button.style.transform;
  }

  /** The soft ring, once, when a message that travelled has arrived. */
  function arrive(at: Spot | null): void {
    const { seq, progress } = session.player.position();
    if (progress < 1) {
      ringing?.cancel();
      wasMoving = seq;
    } else if (wasMoving === seq && at !== null) {
      wasMoving = -1;
      ring.style.transform = `translate(${at.x}px, ${at.y}px)`;
      ring.dataset.tone = model.focus.get()?.tone ?? 'http';
      const circle = ring.firstElementChild;
      ringing = circle?.animate(
        [
          { opacity: 0.9, transform: 'scale(0.5)' },
          { opacity: 0, transform: 'scale(2.2)' },
        ],
        { duration: 420, easing: 'ease-out' },
      );
    } else wasMoving = -1;
  }

  /** Where so many are on their way, every second frame is enough for the eye and half the work. */
  function move(): void {
    const { progress } = session.player.position();
    skipped = !skipped && progress > 0 && progress < 1 && (companions?.length ?? 0) > CROWD;
    if (!skipped) draw();
  }

  const newColours = (): void => {
    palette = null;
    stamp = null;
    draw();
  };
  const themes = new MutationObserver(newColours);
  themes.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme', 'class'] });
  const schemes = ['(prefers-color-scheme: light)', '(prefers-contrast: more)', '(forced-colors: active)'].map((query) =>
    matchMedia(query),
  );
  for (const scheme of schemes) scheme.addEventListener('change', newColours);
  const forgetCompanions = (): void => {
    companions = null;
  };
  /** A recording that grows mostly grows far behind the message in focus. */
  const grew = (): void => {
    const focus = model.focus.get();
    if (focus === null) return;
    const before = companions;
    companions = companionsWithWays(focus);
    const same = before?.length === companions.length && companions.every(({ header }, i) => header.seq === before[i]?.header.seq);
    if (!same) draw();
  };
  const stops = [
    ...[model.focus, model.layout, session.scene].map((source) => source.subscribe(forgetCompanions)),
    session.player.onMove(move),
    session.player.mode.subscribe(draw),
    session.grown.subscribe(grew),
    ...[model.view, model.size, model.focus, model.gate, model.callout, session.detail].map((source) => source.subscribe(draw)),
  ];
  draw();
  return () => {
    themes.disconnect();
    for (const scheme of schemes) scheme.removeEventListener('change', newColours);
    for (const stop of stops) stop();
  };
}

/** Only a change is written: to say the same again makes the browser look at all styles anew. */
function hide(element: HTMLElement, hidden: boolean): void {
  if (element.hidden !== hidden) element.hidden = hidden;
}

function paletteOf(element: HTMLElement): Palette {
  const style = getComputedStyle(element);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  const tones = Object.fromEntries(TONES.map((tone) => [tone, colour(`--${tone}`)])) as { [tone in Tone]: string };
  return { ...tones, ground: colour('--stage'), text: colour('--text'), thread: colour('--text-soft') };
}

/** The status code of an HTTP answer; a cross where there is none. */
function codeOf(detail: Detail | null): string {
  const payload = detail?.payload;
  return isObject(payload) && typeof payload.status === 'number' ? String(payload.status) : WRONG;
}
