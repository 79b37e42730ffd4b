// The inspector: one message with its answer, what it changed, why it was sent and what it caused.
import { useEffect, useRef, useState } from 'react';
import type { Detail } from '../../worker/protocol';
import { useDesk } from '../desk';
import { halfNames, viewOf } from '../payload-view';
import { useSignal } from '../react';
import { verdictsOf } from '../stage/chambers';
import { shapeOf, toneOf } from '../stage/focus';
import { timeText } from '../text/duration';
import { en } from '../text/en';
import { message as text } from '../text/message';
import { splitSentence } from '../text/sentence';
import { Glyph } from './controls';
import { CopyButton } from './copy-button';
import style from './message.module.css';
import { type Format, Half } from './message-half';
import { Causes, Changes, Effects } from './message-links';
import panel from './panel.module.css';
import { Said } from './said';

export default function Message() {
  const { session } = useDesk();
  const detail = useSignal(session.detail);
  const { seq } = useSignal(session.player.cursor);
  const self = useRef<HTMLDivElement>(null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another message begins at its top
  useEffect(() => {
    if (self.current !== null) self.current.scrollTop = 0;
  }, [seq]);

  if (seq < 0) return <p className={panel.empty}>{text.empty}</p>;
  if (seq >= session.columns.count) return <p className={panel.empty}>{text.gone}</p>;
  if (detail === null) return <p className={panel.empty}>{en.loading}</p>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <div ref={self} tabIndex={0} className={style.message}>
      <Head detail={detail} />
      <Facts detail={detail} />
      {detail.note !== null && (
        <p className={style.note}>
          <b>{text.truth}</b>
          {detail.note}
        </p>
      )}
      {detail.curl !== null && (
        <div className={style.tools}>
          <CopyButton small text={detail.curl}>
            {text.copyAs(detail.curl.split(' ', 1)[0] ?? '')}
          </CopyButton>
          {detail.raw !== null && (
            <CopyButton small text={detail.raw}>
              {text.copyAs('kubectl --raw')}
            </CopyButton>
          )}
        </div>
      )}
      <Halves detail={detail} />
      <Chambers detail={detail} />
      {detail.change !== null && <Changes change={detail.change} />}
      <Causes detail={detail} />
      <Effects detail={detail} />
    </div>
  );
}

function Head({ detail }: { readonly detail: Detail }) {
  const { session } = useDesk();
  const header = session.columns.header(detail.line.seq);
  return (
    <>
      <h2 className={style.head}>
        {header !== null && <Glyph shape={shapeOf(header)} tone={toneOf(header)} />}
        <span>{detail.from === detail.to ? detail.from : `${detail.from} → ${detail.to}`}</span>
        <span className={style.number}>{text.number(detail.line.seq)}</span>
      </h2>
      <p className={style.sentence}>
        <Said text={splitSentence(detail.line.sentence, detail).what} />
      </p>
    </>
  );
}

function Facts({ detail }: { readonly detail: Detail }) {
  const { atUs, receivedUs, protocol, actor, line } = detail;
  const inside = detail.from === detail.to;
  const rows: readonly (readonly [string, string | null])[] = [
    [text.sent, timeText(atUs)],
    [text.received, inside ? null : receivedUs === null ? text.never : text.later(timeText(receivedUs), timeText(receivedUs - atUs))],
    [text.protocol, text.protocols[protocol] ?? protocol],
    [text.actor, actor],
    [text.object, line.object],
  ];
  return (
    <dl className={style.facts}>
      {rows.map(([name, value]) =>
        value === null ? null : (
          <div key={name} style={{ display: 'contents' }}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ),
      )}
    </dl>
  );
}

/** Request and answer in that order, whichever is in focus. */
function Halves({ detail }: { readonly detail: Detail }) {
  const [format, setFormat] = useState<Format>('yaml');
  const { own, other } = halfNames(detail.kind);
  const shown = { format, setFormat };
  const mine = <Half key="own" title={text[own]} view={viewOf(detail.payload)} {...shown} />;
  const { counterpart } = detail;
  if (other === null) return mine;
  if (counterpart === null) {
    return (
      <div className={style.halves}>
        {mine}
        {own === 'request' && (
          <section className={style.section}>
            <h3>{text.answer}</h3>
            <p className={style.none}>{text.noAnswer}</p>
          </section>
        )}
      </div>
    );
  }
  const theirs = <Half key="other" title={text[other]} view={viewOf(counterpart.payload)} seq={counterpart.seq} {...shown} />;
  return <div className={style.halves}>{own === 'request' || own === 'delivery' ? [mine, theirs] : [theirs, mine]}</div>;
}

function Chambers({ detail }: { readonly detail: Detail }) {
  const { chain } = detail;
  const verdicts = verdictsOf(chain, null);
  if (verdicts.length === 0) return null;
  return (
    <section className={style.section}>
      <h3>{text.chain}</h3>
      <ol className={style.verdicts}>
        {verdicts.map(({ chamber, state, says }) => (
          <li key={chamber} data-state={state}>
            {en.stage.chambers[chamber][0]}
            <span>{says}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}
