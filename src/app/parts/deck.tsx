// The bottom bar: transport at the left, then the timeline; one thin line when presenting.
import { useUi } from '../ui';
import style from './deck.module.css';
import { Timeline } from './timeline';
import { Transport } from './transport';

export function Deck() {
  const presenting = useUi((ui) => ui.presenting);
  return (
    <footer id="transport" className={style.deck} data-thin={presenting}>
      <Transport />
      <Timeline />
    </footer>
  );
}
