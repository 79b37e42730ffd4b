// What lies over the page and must be closed: its frame, title and way out, the same for all.
import { type ReactNode, useEffect, useId, useRef } from 'react';
import { Cross } from './controls';
import style from './dialog.module.css';
import panel from './panel.module.css';

interface DialogProps {
  readonly title: string;
  readonly closes: string;
  readonly close: () => void;
  /** How wide it may be: a list to read, a table of two columns, or a text to write. */
  readonly size: 'list' | 'table' | 'text';
  /** Beside the title. */
  readonly tools?: ReactNode;
  readonly children: ReactNode;
}

export function Dialog({ title, closes, close, size, tools, children }: DialogProps) {
  const self = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => self.current?.showModal(), []);
  return (
    <dialog ref={self} className={style.dialog} data-size={size} aria-labelledby={id} onClose={close}>
      <header className={style.head}>
        <h2 id={id}>{title}</h2>
        {tools}
        <button type="button" className={panel.close} aria-label={closes} onClick={close}>
          <Cross />
        </button>
      </header>
      {children}
    </dialog>
  );
}
