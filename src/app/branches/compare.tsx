// The open branch (A) and another one (B) side by side: what was done differently, the first message that differs and
// why, and all that follows. A row of A is a way there; a row of B goes to that branch, which is then the open one.
import { useEffect, useState } from 'react';
import type { ComparedLine, ComparedSide, Comparison } from '../../worker/protocol';
import { useDesk } from '../desk';
import { Choice, controls } from '../parts/controls';
import panel from '../parts/panel.module.css';
import { useSignal } from '../react';
import { branchName, comparison as t } from '../text/branches';
import { timeText } from '../text/duration';
import { openMessage, show, useUi } from '../ui';
import type { Branch } from './branches';
import style from './compare.module.css';

type Go = (side: 0 | 1, seq: number) => void;
const SIDES = ['A', 'B'] as const;

export default function Compare() {
  const { session, branches } = useDesk();
  const list = useSignal(branches.list);
  const open = useSignal(branches.open);
  const wanted = useUi((ui) => ui.against);
  const here = list.find(({ id }) => id === open);
  const others = list.filter(({ id }) => id !== open);
  const there = others.find(({ id }) => id === (wanted ?? here?.left?.id)) ?? others.at(-1);
  if (here === undefined || there === undefined) return <p className={panel.empty}>{t.none}</p>;

  const go: Go = (side, seq) => {
    session.player.pause();
    if (side === 0) return session.player.seek(seq);
    show({ against: here.id });
    branches.go(there.id, seq);
  };
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <section aria-label={t.title} tabIndex={0} className={style.compare}>
      <header className={style.head}>
        <h2>{t.title}</h2>
        <Choice
          label={t.against}
          value={String(there.id)}
          choose={(id) => show({ against: Number(id) })}
          options={others.map((branch) => ({ value: String(branch.id), text: branchName(branch) }))}
        />
        <button type="button" className={`${controls.button} ${controls.small}`} onClick={() => show({ view: 'stage' })}>
          {t.stage}
        </button>
      </header>
      <div className={style.sides}>
        {[here, there].map((branch, side) => (
          <h3 key={branch.id}>
            <span className={style.letter}>{side === 0 ? t.a : t.b}</span> {branchName(branch)}
          </h3>
        ))}
      </div>
      <Body there={there} go={go} />
    </section>
  );
}

function Body({ there, go }: { readonly there: Branch; readonly go: Go }) {
  const { session } = useDesk();
  const { digest } = useSignal(session.status);
  const played = useSignal(session.compared);
  const [found, setFound] = useState<{ readonly of: string; readonly comparison: Comparison } | null>(null);
  const { run } = there;
  const of = `${digest} ${there.id} ${run.inputs.length}`;
  // biome-ignore lint/correctness/useExhaustiveDependencies: `of` stands for the run that is compared
  useEffect(() => {
    if (digest === null) return;
    let wanted = true;
    void session.ask({ type: 'compare', run }).then(({ comparison }) => {
      if (wanted && comparison !== null) setFound({ of, comparison });
    });
    return () => {
      wanted = false;
      void session.ask({ type: 'compare', run: null });
    };
  }, [session, of]);
  if (digest === null && found?.of !== of) return <p className={style.wait}>{t.waits}</p>;
  if (found?.of !== of) return <Progress there={there} played={played} />;
  return <Found comparison={found.comparison} go={go} />;
}

function Progress({ there, played }: { readonly there: Branch; readonly played: number }) {
  const { records } = there;
  const text = records > 0 && played >= records ? t.looking : t.playing(branchName(there));
  return (
    <p className={style.wait} role="status">
      <span>{text}</span>
      <progress aria-label={text} max={Math.max(1, records)} value={records > 0 ? Math.min(played, records) : undefined} />
    </p>
  );
}

function Found({ comparison, go }: { readonly comparison: Comparison; readonly go: Go }) {
  const { forkSeq, forkUs, both, sides } = comparison;
  if (sides[0].count + sides[1].count === 0) return <p className={style.wait}>{t.identical}</p>;
  const early = sides[0].endsUs < sides[1].endsUs ? 0 : 1;
  return (
    <>
      <p className={style.sum}>
        {t.same(forkSeq, forkUs)} <b>{both.toLocaleString('en')}</b> {t.both}
        {SIDES.map((name, side) => (
          <span key={name}>
            , <b>{sides[side as 0 | 1].count.toLocaleString('en')}</b> {t.only(name)}
          </span>
        ))}
        .
      </p>
      {sides[early].endsUs < sides[(1 - early) as 0 | 1].endsUs - 1_000_000 && (
        <p className={style.hint}>{t.ends(SIDES[early], sides[early].endsUs)}</p>
      )}
      <h3 className={style.part}>{t.inputs}</h3>
      <Pair label={t.inputs}>
        {(side) =>
          sides[side].inputs.length === 0 ? (
            <p className={style.hint}>{t.nothing}</p>
          ) : (
            sides[side].inputs.map((line) => <Row key={line.seq} line={line} side={side} go={go} />)
          )
        }
      </Pair>
      <h3 className={style.part}>{t.first}</h3>
      <p className={style.hint}>{t.firstHint}</p>
      <Pair label={t.first}>{(side) => <First side={side} of={sides[side]} go={go} />}</Pair>
      <h3 className={style.part}>{t.rest}</h3>
      <All sides={sides} go={go} />
    </>
  );
}

const Pair = ({ label, children }: { readonly label: string; readonly children: (side: 0 | 1) => React.ReactNode }) => (
  <div className={style.sides}>
    {([0, 1] as const).map((side) => (
      <section key={side} aria-label={`${SIDES[side]}: ${label}`}>
        {children(side)}
      </section>
    ))}
  </div>
);

function First({ of, side, go }: { readonly of: ComparedSide; readonly side: 0 | 1; readonly go: Go }) {
  if (of.first === null) return <p className={style.hint}>{t.noFirst}</p>;
  const { line, causes } = of.first;
  return (
    <>
      <Row line={line} side={side} go={go} />
      {causes.length > 0 && <p className={style.because}>{t.because}</p>}
      {causes.map((cause) => (
        <Row key={cause.seq} line={cause} side={side} go={go} />
      ))}
    </>
  );
}

/** Both sides in one order of time, each in its own column. */
function All({ sides, go }: { readonly sides: Comparison['sides']; readonly go: Go }) {
  const rows = ([0, 1] as const).flatMap((side) => sides[side].lines.map((line) => ({ side, line })));
  rows.sort((a, b) => a.line.atUs - b.line.atUs || a.side - b.side || a.line.seq - b.line.seq);
  return (
    <>
      <ol className={style.all} aria-label={t.rest}>
        {rows.map(({ side, line }) => (
          <li key={`${side} ${line.seq}`} data-side={SIDES[side]}>
            <Row line={line} side={side} go={go} />
          </li>
        ))}
      </ol>
      {sides.map(({ count, lines }, side) =>
        count > lines.length ? (
          <p key={SIDES[side]} className={style.hint}>
            {t.more(count - lines.length, SIDES[side] ?? '')}
          </p>
        ) : null,
      )}
    </>
  );
}

function Row({ line, side, go }: { readonly line: ComparedLine; readonly side: 0 | 1; readonly go: Go }) {
  const { session } = useDesk();
  const { seq } = useSignal(session.player.cursor);
  const isHere = side === 0 && seq === line.seq;
  return (
    <button
      type="button"
      className={style.row}
      aria-current={isHere ? 'step' : undefined}
      title={side === 0 ? t.goA : t.goB}
      onClick={() => go(side, line.seq)}
      onDoubleClick={side === 0 ? openMessage : undefined}
    >
      <span className={style.time}>{timeText(line.atUs)}</span>
      <span>
        {line.sentence.split('`').map((part, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: parts of one sentence
          <span key={i} className={i % 2 === 1 ? style.code : undefined}>
            {part}
          </span>
        ))}
      </span>
      {line.shared && <span className={style.shared}>{t.shared}</span>}
    </button>
  );
}
