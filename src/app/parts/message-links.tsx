// What a message changed, the chain of causes that led to it, and what it caused: each a way to go there.
import { useState } from 'react';
import type { Detail, Line } from '../../worker/protocol';
import { useDesk } from '../desk';
import { textOf } from '../important';
import { shapeOf, toneOf } from '../stage/focus';
import { en } from '../text/en';
import { splitSentence } from '../text/sentence';
import { controls, Glyph } from './controls';
import style from './message.module.css';

const FIRST = 12;

export function Changes({ detail: { changes } }: { readonly detail: Detail }) {
  const [all, setAll] = useState(false);
  if (changes.length === 0) return null;
  const shown = all ? changes : changes.slice(0, FIRST);
  return (
    <section className={style.section}>
      <h3>{en.message.changes}</h3>
      <table className={style.changes}>
        <thead>
          <tr>
            <th scope="col">{en.message.field}</th>
            <th scope="col">{en.message.before}</th>
            <th scope="col">{en.message.after}</th>
          </tr>
        </thead>
        <tbody>
          {shown.map(({ path, before, after }) => (
            <tr key={path}>
              <td>{path}</td>
              <td>
                <del>{before === null ? en.message.nothing : textOf(before)}</del>
              </td>
              <td>
                <ins>{after === null ? en.message.nothing : textOf(after)}</ins>
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
      <h3>{en.message.causes}</h3>
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
          {chain.length === 0 ? en.message.firstCause : en.message.thisOne}
        </li>
      </ol>
    </section>
  );
}

export function Effects({ detail: { effects } }: { readonly detail: Detail }) {
  const [all, setAll] = useState(false);
  const shown = all ? effects : effects.slice(0, FIRST);
  return (
    <section className={style.section}>
      <h3>{en.message.effects}</h3>
      {effects.length === 0 && <p className={style.none}>{en.message.noEffects}</p>}
      <ol className={style.links}>
        {shown.map((line) => (
          <LinkTo key={line.seq} line={line} />
        ))}
      </ol>
      <More hidden={effects.length - shown.length} show={() => setAll(true)} />
    </section>
  );
}

function LinkTo({ line }: { readonly line: Line }) {
  const { session } = useDesk();
  const header = session.columns.header(line.seq);
  if (header === null) return null;
  const { who, what } = splitSentence(line.sentence, header);
  return (
    <li>
      <button type="button" className={style.link} onClick={() => session.player.seek(line.seq)}>
        <Glyph shape={shapeOf(header)} tone={toneOf(header)} />
        <span>
          {who}: {what}
        </span>
        <span>{en.message.number(line.seq)}</span>
      </button>
    </li>
  );
}

function More({ hidden, show }: { readonly hidden: number; readonly show: () => void }) {
  if (hidden <= 0) return null;
  return (
    <button type="button" className={`${controls.button} ${controls.small}`} onClick={show}>
      {en.message.more(hidden)}
    </button>
  );
}
