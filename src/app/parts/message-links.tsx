// What a message changed, the chain of causes that led to it, and what it caused: each a way to go there.
import { type ReactNode, useState } from 'react';
import type { Detail, Effect, Line } from '../../worker/protocol';
import { useDesk } from '../desk';
import { textOf } from '../important';
import { shapeOf, toneOf } from '../stage/focus';
import { message as text } from '../text/message';
import { splitSentence } from '../text/sentence';
import { Chevron, controls, Glyph } from './controls';
import style from './message.module.css';

const FIRST = 12;

export function Changes({ change }: { readonly change: NonNullable<Detail['change']> }) {
  const [all, setAll] = useState(false);
  const { changes } = change;
  if (changes.length === 0) return null;
  const shown = all ? changes : changes.slice(0, FIRST);
  return (
    <section className={style.section}>
      <h3>{text.changes}</h3>
      <p className={style.key}>{keyText(change)}</p>
      <table className={style.changes} aria-label={text.changes}>
        <thead>
          <tr>
            <th scope="col">{text.field}</th>
            <th scope="col">{text.before}</th>
            <th scope="col">{text.after}</th>
          </tr>
        </thead>
        <tbody>
          {shown.map(({ path, before, after }) => (
            <tr key={path}>
              <td>{path}</td>
              <td>
                <del>{before === null ? text.nothing : textOf(before)}</del>
              </td>
              <td>
                <ins>{after === null ? text.nothing : textOf(after)}</ins>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <More hidden={changes.length - shown.length} show={() => setAll(true)} />
    </section>
  );
}

/** From the command, or from boot, down to the message itself. */
export function Causes({ detail }: { readonly detail: Detail }) {
  const [all, setAll] = useState(false);
  const { session } = useDesk();
  const chain = [...detail.causes].reverse();
  // The beginning and the nearest causes say most.
  const hidden = all || chain.length <= FIRST ? 0 : chain.length - FIRST;
  const own = session.columns.header(detail.line.seq);
  return (
    <section className={style.section}>
      <h3>{text.causes}</h3>
      <ol className={style.links}>
        {chain.slice(0, 1).map((line) => (
          <LinkTo key={line.seq} line={line} />
        ))}
        {hidden > 0 && (
          <li className={style.hidden}>
            <More hidden={hidden} show={() => setAll(true)} />
          </li>
        )}
        {chain.slice(1 + hidden).map((line) => (
          <LinkTo key={line.seq} line={line} />
        ))}
        <li className={style.own} aria-current="true">
          {own !== null && <Glyph shape={shapeOf(own)} tone={toneOf(own)} />}
          {chain.length === 0 ? text.firstCause : text.thisOne}
        </li>
      </ol>
    </section>
  );
}

function keyText({ key, before, revision, deleted }: NonNullable<Detail['change']>): string {
  const after = revision.toLocaleString('en');
  if (deleted) return text.deleted(key, after);
  return before === null ? text.created(key, after) : text.changed(key, before.toLocaleString('en'), after);
}

export function Effects({ detail: { effects } }: { readonly detail: Detail }) {
  return (
    <section className={style.section}>
      <h3>{text.effects}</h3>
      {effects.length === 0 ? <p className={style.none}>{text.noEffects}</p> : <Tree effects={effects} />}
    </section>
  );
}

/** What a message caused; each opens to what that caused, down to the last. */
function Tree({ effects }: { readonly effects: readonly Effect[] }) {
  const [all, setAll] = useState(false);
  const shown = all ? effects : effects.slice(0, FIRST);
  return (
    <ol className={style.links}>
      {shown.map((effect) => (
        <Branch key={effect.seq} effect={effect} />
      ))}
      {shown.length < effects.length && (
        <li className={style.hidden}>
          <More hidden={effects.length - shown.length} show={() => setAll(true)} />
        </li>
      )}
    </ol>
  );
}

function Branch({ effect }: { readonly effect: Effect }) {
  const { session } = useDesk();
  const [open, setOpen] = useState(false);
  const [below, setBelow] = useState<readonly Effect[] | null>(null);
  function toggle(): void {
    setOpen(!open);
    if (below === null) void session.detailOf(effect.seq).then((detail) => setBelow(detail?.effects ?? []));
  }
  return (
    <LinkTo line={effect}>
      {effect.leads > 0 && (
        <button
          type="button"
          className={style.branch}
          aria-expanded={open}
          aria-label={open ? text.leadsNot : text.leads(effect.leads)}
          title={open ? text.leadsNot : text.leads(effect.leads)}
          onClick={toggle}
        >
          {effect.leads}
          <Chevron up={open} />
        </button>
      )}
      {open && below !== null && <Tree effects={below} />}
    </LinkTo>
  );
}

/** A way to a record; `children` stand beside and below it. */
function LinkTo({ line, children }: { readonly line: Line; readonly children?: ReactNode }) {
  const { session } = useDesk();
  const header = session.columns.header(line.seq);
  if (header === null) return null;
  const { who, what } = splitSentence(line.sentence, header);
  return (
    <li className={style.step}>
      <button type="button" className={style.link} onClick={() => session.player.seek(line.seq)}>
        <Glyph shape={shapeOf(header)} tone={toneOf(header)} />
        <span>
          {who}: {what}
        </span>
        <span>{text.number(line.seq)}</span>
      </button>
      {children}
    </li>
  );
}

function More({ hidden, show }: { readonly hidden: number; readonly show: () => void }) {
  if (hidden <= 0) return null;
  return (
    <button type="button" className={`${controls.button} ${controls.small}`} onClick={show}>
      {text.more(hidden)}
    </button>
  );
}
