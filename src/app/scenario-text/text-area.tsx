// A text with line numbers, colours, marks where it is wrong, and completions at the cursor. The text stands twice: what
// is seen lies under a textarea whose letters are clear, so that typing, selecting and undoing are the browser's.
import { type KeyboardEvent, memo, type RefObject, useId, useLayoutEffect, useRef, useState } from 'react';
import type { Lint } from '../../scenarios/text';
import { words } from '../text/scenario-text';
import type { Completion } from './completion';
import { indentAfter } from './context';
import style from './text-area.module.css';

interface TextAreaProps {
  readonly area: RefObject<HTMLTextAreaElement | null>;
  readonly text: string;
  readonly lints: readonly Lint[];
  readonly describedBy: string;
  readonly change: (text: string) => void;
  readonly run: () => void;
  readonly complete: (text: string, offset: number) => Completion;
}

interface Popup extends Completion {
  /** Place of the option that Enter takes; -1: none. */
  readonly active: number;
  /** Where the cursor is: line from 0, column. */
  readonly line: number;
  readonly column: number;
}

export function TextArea({ area, text, lints, describedBy, change, run, complete }: TextAreaProps) {
  const { popup, offer, take, close, heard } = useCompletions(area, complete);
  const list = useId();
  const option = (place: number): string => `${list}-${place}`;

  function onKeyDown(event: KeyboardEvent<HTMLTextAreaElement>): void {
    const { key } = event;
    const withCtrl = event.ctrlKey || event.metaKey;
    if (withCtrl && key === 'Enter') run();
    else if (withCtrl && key === ' ') offer(true);
    else if (withCtrl || !heard(event)) {
      if (withCtrl || key !== 'Enter') return;
      newLine(event.currentTarget);
      close();
    }
    event.preventDefault();
    event.stopPropagation();
  }
  return (
    <div className={style.scroller}>
      <div className={style.paper}>
        <Picture lines={text.split('\n')} lints={lints} />
        <textarea
          ref={area}
          className={style.area}
          aria-label={words.text}
          aria-describedby={describedBy}
          aria-invalid={lints.length > 0}
          aria-autocomplete="list"
          aria-controls={popup === null ? undefined : list}
          aria-activedescendant={popup === null || popup.active < 0 ? undefined : option(popup.active)}
          value={text}
          spellCheck={false}
          autoCapitalize="none"
          autoCorrect="off"
          autoComplete="off"
          wrap="off"
          onChange={(event) => {
            change(event.target.value);
            offer(false);
          }}
          onKeyDown={onKeyDown}
          onBlur={close}
          onPointerDown={close}
        />
        {popup !== null && <Options id={list} popup={popup} optionId={option} take={take} />}
      </div>
    </div>
  );
}

function useCompletions(area: TextAreaProps['area'], complete: TextAreaProps['complete']) {
  const [popup, setPopup] = useState<Popup | null>(null);
  const close = (): void => setPopup(null);

  /** After a letter was typed, or because somebody asked. */
  function offer(asked: boolean): void {
    if (area.current === null) return;
    const { selectionStart, selectionEnd, value } = area.current;
    const completion = complete(value, selectionStart);
    const typed = selectionStart - completion.from;
    const line = value.slice(value.lastIndexOf('\n', selectionStart - 1) + 1, selectionStart);
    const wanted = asked || typed > 0 || /[:-] $/.test(line);
    if (selectionStart !== selectionEnd || completion.options.length === 0 || !wanted) return close();
    const lines = value.slice(0, selectionStart).split('\n').length;
    setPopup({ ...completion, active: typed > 0 || asked ? 0 : -1, line: lines - 1, column: line.length });
  }

  function take(place: number): void {
    const option = popup?.options[place];
    const box = area.current;
    if (popup === null || option === undefined || box === null) return;
    close();
    put(box, option.insert, popup.from, box.selectionStart);
    if (/[ \n]$/.test(option.insert)) offer(false);
  }

  /** True if the key was for what is offered. */
  function heard({ key, shiftKey }: KeyboardEvent): boolean {
    if (popup === null) return false;
    const { active, options } = popup;
    if (key === 'Escape') close();
    else if (key === 'ArrowDown') setPopup({ ...popup, active: (active + 1) % options.length });
    else if (key === 'ArrowUp') setPopup({ ...popup, active: (Math.max(active, 0) + options.length - 1) % options.length });
    else if (key === 'Tab' && !shiftKey) take(Math.max(active, 0));
    else if (key === 'Enter' && active >= 0) take(active);
    else return false;
    return true;
  }
  return { popup, offer, take, close, heard };
}

function newLine(box: HTMLTextAreaElement): void {
  const { selectionStart, selectionEnd, value } = box;
  const line = value.slice(value.lastIndexOf('\n', selectionStart - 1) + 1, selectionStart);
  put(box, `\n${indentAfter(line)}`, selectionStart, selectionEnd);
}

/** As typed: it can be undone. */
function put(box: HTMLTextAreaElement, text: string, from: number, to: number): void {
  box.setSelectionRange(from, to);
  if (document.execCommand('insertText', false, text)) return;
  box.setRangeText(text, from, to, 'end');
  box.dispatchEvent(new InputEvent('input', { bubbles: true }));
}

function Picture({ lines, lints }: { readonly lines: readonly string[]; readonly lints: readonly Lint[] }) {
  const byLine = new Map([...lints].reverse().map((lint) => [lint.line, lint]));
  return (
    <div className={style.picture} aria-hidden="true">
      {lines.map((line, place) => {
        const lint = byLine.get(place + 1);
        const from = lint === undefined ? -1 : lint.column - 1;
        // biome-ignore lint/suspicious/noArrayIndexKey: a line is its number
        return <PictureLine key={place} line={line} from={from} to={lint === undefined ? -1 : from + lint.to - lint.from} />;
      })}
    </div>
  );
}

const PictureLine = memo(function PictureLine({ line, from, to }: { readonly line: string; readonly from: number; readonly to: number }) {
  return (
    <div className={style.line} data-wrong={from >= 0}>
      {from < 0 ? (
        <Coloured text={line} />
      ) : (
        <>
          {line.slice(0, from)}
          <mark>{line.slice(from, Math.max(to, from + 1)) || ' '}</mark>
          {line.slice(Math.max(to, from + 1))}
        </>
      )}
      {'\n'}
    </div>
  );
});

/** Names of members stand out, comments recede. */
function Coloured({ text }: { readonly text: string }) {
  const [, lead = '', key = '', rest = text] = /^(\s*(?:- +)*)([\w./-]+:)(?=\s|$)(.*)$/.exec(text) ?? [];
  const comment = rest.search(/(^|\s)#/);
  return (
    <>
      {lead}
      <b>{key}</b>
      {comment < 0 ? rest : rest.slice(0, comment)}
      {comment >= 0 && <i>{rest.slice(comment)}</i>}
    </>
  );
}

interface OptionsProps {
  readonly id: string;
  readonly popup: Popup;
  readonly optionId: (place: number) => string;
  readonly take: (place: number) => void;
}

function Options({ id, popup: { options, active, line, column }, optionId, take }: OptionsProps) {
  const list = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    list.current?.style.setProperty('--line', String(line));
    list.current?.style.setProperty('--column', String(column));
  }, [line, column]);
  useLayoutEffect(() => {
    list.current?.children[Math.max(active, 0)]?.scrollIntoView({ block: 'nearest' });
  }, [active]);
  return (
    <div ref={list} id={id} role="listbox" aria-label={words.completions} className={style.options}>
      {options.map(({ label, info }, place) => (
        <div
          key={label}
          id={optionId(place)}
          role="option"
          tabIndex={-1}
          aria-selected={place === active}
          onPointerDown={(event) => {
            event.preventDefault();
            take(place);
          }}
        >
          <b>{label}</b>
          <small>{info}</small>
        </div>
      ))}
    </div>
  );
}
