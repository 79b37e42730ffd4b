// Components that show little more than their name.
import type { ComponentId } from '../../../wire/names';
import { binaryOf } from '../../../wire/names';
import type { Place } from '../../places';
import { en } from '../../text/en';
import { useScene } from '../context';
import { CAPTIONS, isDown, rulesText } from '../describe';
import css from './places.module.css';

const t = en.stage;

export function Named({ place }: { readonly place: Place }) {
  const down = useScene((scene) => isDown(place, scene));
  return (
    <>
      <span className={css.name}>{binaryOf(place.id as ComponentId)}</span>
      <span className={css.caption}>{down ? t.down : CAPTIONS[place.kind]}</span>
    </>
  );
}

export const Containerd = () => <span className={css.name}>containerd</span>;

export const Part = ({ place }: { readonly place: Place }) => <span className={css.partName}>{binaryOf(place.id as ComponentId)}</span>;

export function Kernel({ place }: { readonly place: Place }) {
  const rules = useScene((scene) => scene?.rules[place.node ?? ''] ?? 0);
  return (
    <>
      <span className={css.name}>kernel</span>
      <span className={css.caption} key={rules}>
        {rulesText(rules)}
      </span>
    </>
  );
}

export const Registry = () => (
  <span className={css.line}>
    <span className={css.name}>registry</span>
    <span className={css.caption}>{t.registry}</span>
  </span>
);
