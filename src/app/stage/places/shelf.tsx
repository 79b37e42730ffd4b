// Where the Pods of a node stand. A tile says its phase by shape and colour, its containers as dots, its
// owner by a band.
import { memo, useRef } from 'react';
import type { PodTile } from '../../../worker/protocol';
import { podSlots, waitingSlots } from '../../layout';
import type { Place, Rect } from '../../places';
import { sameJson, usePart } from '../../react';
import { en } from '../../text/en';
import { show, useUi } from '../../ui';
import { useFocus, useScene, useStage } from '../context';
import { podPhrase } from '../describe';
import { ContainerDot, lookOf, PodSign } from '../glyphs';
import { indexOf, podsOf } from '../scene-index';
import { lightOf } from './light';
import css from './shelf.module.css';

const t = en.stage;
const NONE: readonly PodTile[] = [];
const MAX_DOTS = 5;
const MAX_GONE = 12;

export function Shelf({ place }: { readonly place: Place }) {
  const pods = useScene((scene) => podsOf(scene, place.node ?? ''), sameJson);
  const known = useScene((scene) => scene !== null);
  return (
    <div className={css.shelf} data-empty={pods.length === 0 || undefined}>
      {known && pods.length === 0 && (
        <span className={css.none} aria-hidden="true">
          {t.noPods}
        </span>
      )}
      <Tiles pods={pods} slots={podSlots(place.rect, pods.length)} origin={place.rect} />
    </div>
  );
}

/** Pods without a node, at the scheduler's feet. */
export function WaitingPods({ origin }: { readonly origin: Rect }) {
  const pods = useScene((scene) => (scene === null ? NONE : indexOf(scene).waiting), sameJson);
  const deciding = usePart(useStage().decision, (decision) => decision !== null);
  return deciding ? null : <Tiles pods={pods} slots={waitingSlots(pods.length)} origin={origin} />;
}

function Tiles({ pods, slots, origin }: { readonly pods: readonly PodTile[]; readonly slots: readonly Rect[]; readonly origin: Rect }) {
  const over = pods.length - slots.length;
  const gone = useGone(pods, slots);
  const tiles = pods.slice(0, slots.length).map((pod, i) => {
    const slot = slots[i] as Rect;
    if (over > 0 && i === slots.length - 1)
      return (
        <span key="more" className={css.more} style={placeIn(slot, origin)} aria-hidden="true">
          {t.more(over + 1)}
        </span>
      );
    return <Tile key={pod.uid} pod={pod} slot={slot} origin={origin} />;
  });
  return (
    <>
      {tiles}
      {gone.map(({ uid, slot }) => (
        <span key={`gone ${uid}`} className={css.gone} style={placeIn(slot, origin)} aria-hidden="true" />
      ))}
    </>
  );
}

interface Gone {
  readonly uid: string;
  readonly slot: Rect;
}

/** Pods that stood here a moment ago: each shrinks once where it stood. */
function useGone(pods: readonly PodTile[], slots: readonly Rect[]): readonly Gone[] {
  const before = useRef<readonly Gone[]>([]);
  const shrinking = useRef<readonly Gone[]>([]);
  const now = pods.slice(0, slots.length).map(({ uid }, i) => ({ uid, slot: slots[i] as Rect }));
  if (now.map(({ uid }) => uid).join() !== before.current.map(({ uid }) => uid).join()) {
    const here = new Set(pods.map(({ uid }) => uid));
    shrinking.current = before.current.filter(({ uid }) => !here.has(uid)).slice(0, MAX_GONE);
    before.current = now;
  }
  return shrinking.current;
}

const placeIn = (slot: Rect, origin: Rect) => ({ left: slot.x - origin.x, top: slot.y - origin.y, width: slot.w, height: slot.h });

const Tile = memo(function Tile({ pod, slot, origin }: { readonly pod: PodTile; readonly slot: Rect; readonly origin: Rect }) {
  const id = `pod/${pod.key}`;
  const { active } = useStage();
  const light = useFocus((focus) => lightOf(focus, id));
  const isActive = usePart(active, (at) => at === id);
  const selected = useUi((ui) => ui.selected === id);
  const look = lookOf(pod);
  const size = slot.w >= 70 && slot.h >= 56 ? 'large' : slot.w >= 44 ? 'small' : 'mini';
  const name = pod.key.slice(pod.key.indexOf('/') + 1);
  return (
    <button
      type="button"
      className={css.tile}
      data-place={id}
      data-look={look}
      data-size={size}
      data-light={light ?? undefined}
      data-owner={ownerColour(pod.owner)}
      data-selected={selected || undefined}
      aria-label={`Pod ${podPhrase(pod)}`}
      title={size === 'large' ? undefined : podPhrase(pod)}
      aria-expanded={selected}
      tabIndex={isActive ? 0 : -1}
      style={placeIn(slot, origin)}
      onFocus={() => active.set(id)}
      onClick={() => show({ selected: selected ? null : id })}
    >
      <span className={css.inner} aria-hidden="true">
        {size === 'large' ? (
          <>
            <span className={css.podName}>{shortened(name, Math.floor((slot.w - 16) / 7))}</span>
            <span className={css.state}>
              <PodSign look={look} />
              <Flashing text={pod.status} />
            </span>
            <span className={css.foot}>
              <span className={css.address}>{pod.ip ?? t.noAddress}</span>
              <span className={css.dots}>
                {pod.containers.slice(0, MAX_DOTS).map((container) => (
                  <ContainerDot key={container.name} {...container} />
                ))}
              </span>
            </span>
          </>
        ) : (
          <span className={css.head}>
            <PodSign look={look} />
            {size === 'small' && <span className={css.podName}>{shortened(name, Math.floor((slot.w - 22) / 7))}</span>}
          </span>
        )}
      </span>
    </button>
  );
});

/** Flashes once when what it says has changed. */
function Flashing({ text }: { readonly text: string }) {
  const first = useRef(text);
  const changed = first.current !== text;
  return (
    <span key={text} className={changed ? css.flash : css.status}>
      {text}
    </span>
  );
}

/** The end of a name tells Pods apart, the beginning says what they are. */
function shortened(name: string, length: number): string {
  if (name.length <= length) return name;
  const end = Math.min(5, length - 1);
  return `${name.slice(0, Math.max(0, length - 1 - end))}…${name.slice(-end)}`;
}

const OWNER_COLOURS = 6;
/** Same owner, same band. */
function ownerColour(owner: string | null): number | undefined {
  if (owner === null) return undefined;
  let hash = 0;
  for (let i = 0; i < owner.length; i++) hash = (hash * 31 + owner.charCodeAt(i)) >>> 0;
  return hash % OWNER_COLOURS;
}
