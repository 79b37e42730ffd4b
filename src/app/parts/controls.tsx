// The controls that several parts use: a choice of few, a choice of many, a key's name, our glyphs.
import { type ReactNode, useId } from 'react';
import type { Shape, Tone } from '../stage/focus';
import { MessageSign } from '../stage/glyphs';
import style from './controls.module.css';

export { style as controls };

interface Option<V extends string> {
  readonly value: V;
  readonly text: string;
  readonly hint?: string;
}
interface ChoiceProps<V extends string> {
  readonly label: string;
  readonly value: V;
  readonly options: readonly Option<V>[];
  readonly choose: (value: V) => void;
}

/** One of a few, all in sight. */
export function Segments<V extends string>({ label, value, options, choose }: ChoiceProps<V>) {
  const name = useId();
  return (
    <div role="radiogroup" aria-label={label} className={style.segments}>
      {options.map((option) => (
        <label key={option.value} className={style.segment} title={option.hint}>
          <input type="radio" name={name} checked={option.value === value} onChange={() => choose(option.value)} />
          <span>{option.text}</span>
        </label>
      ))}
    </div>
  );
}

/** One of many. */
export function Choice<V extends string>({ label, value, options, choose }: ChoiceProps<V>) {
  return (
    <label className={style.choice}>
      {label}
      <select value={value} onChange={(event) => choose(event.target.value as V)}>
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.text}
          </option>
        ))}
      </select>
      <Chevron />
    </label>
  );
}

/** A key's name on the button that it presses; the button says it in words. */
export const Key = ({ children }: { readonly children: ReactNode }) => (
  <span aria-hidden="true" className={style.key}>
    {children}
  </span>
);

const Icon = ({ d }: { readonly d: string }) => (
  <svg width="12" height="12" viewBox="0 0 12 12" aria-hidden="true" fill="none" stroke="currentColor" strokeWidth="1.5">
    <path d={d} strokeLinecap="round" strokeLinejoin="round" />
  </svg>
);
export const Chevron = ({ up = false }: { readonly up?: boolean }) => <Icon d={up ? 'M3 7.5 6 4.5 9 7.5' : 'M3 4.5 6 7.5 9 4.5'} />;
export const Cross = () => <Icon d="M3 3 9 9M9 3 3 9" />;

/** A watch that comes round again. */
export const Mark = () => (
  <svg width="20" height="20" viewBox="0 0 20 20" aria-hidden="true" fill="none" stroke="currentColor" strokeWidth="1.75">
    <path d="M16.5 10a6.5 6.5 0 1 1-2.2-4.9" strokeLinecap="round" />
    <path d="M14.8 1.9v3.5h-3.5" strokeLinecap="round" strokeLinejoin="round" />
    <circle cx="10" cy="10" r="2" fill="currentColor" stroke="none" />
  </svg>
);

/** A message's shape in its protocol's colour: a failure has its own. */
export const Glyph = ({ shape, tone }: { readonly shape: Shape; readonly tone: Tone }) => (
  <span className={style.glyph} style={{ color: `var(--${shape === 'failure' ? 'fail' : tone})` }}>
    <MessageSign shape={shape} />
  </span>
);
