// The bottom bar: transport at the left, then the timeline; one thin line when presenting. What finds a moment stands
// over them once it was asked for.
import { useRef } from 'react';
import { later } from '../later';
import { useUi } from '../ui';
import style from './deck.module.css';
import { Timeline } from './timeline';
import { Transport } from './transport';

const Finder = later(() => import('../finder/finder'));

export function Deck() {
  const presenting = useUi((ui) => ui.presenting);
  const open = useUi((ui) => ui.finder !== null);
  const used = useRef(false);
  if (open) used.current = true;
  return (
    <footer id="transport" className={style.deck} data-thin={presenting}>
      {used.current && <Finder />}
      <Transport />
      <Timeline />
    </footer>
  );
}
