// Where the person sits: the last command before the cursor, and what it printed.
import { useSignal } from '../../react';
import { en } from '../../text/en';
import { useScene, useStage } from '../context';
import { Unbroken } from '../unbroken';
import css from './places.module.css';

const SHOWN = 3;

export function Terminal() {
  const { session } = useStage();
  const { seq } = useSignal(session.player.cursor);
  const lines = useSignal(session.terminal);
  const load = useScene((scene) => scene?.loads.at(-1));
  const before = seq < 0 ? [] : lines.filter((line) => line.seq <= seq);
  const begin = before.map(({ kind }) => kind).lastIndexOf('input');
  const command = before[begin];
  const printed = before
    .slice(begin + 1)
    .filter(({ kind, given }) => given === command?.seq && (kind === 'stdout' || kind === 'stderr'))
    .flatMap(({ text, kind }) =>
      text
        .trimEnd()
        .split('\n')
        .map((line) => ({ line, kind })),
    )
    .slice(-SHOWN);
  return (
    <>
      {load === undefined ? (
        <span className={css.name}>{en.stage.you}</span>
      ) : (
        <span className={css.line}>
          <span className={css.name}>{en.stage.you}</span>
          <span className={load.failed > 0 ? css.wrong : css.caption}>{en.stage.counts(load.ok, load.failed)}</span>
        </span>
      )}
      <span className={css.screen}>
        {command === undefined ? (
          <span className={css.hint}>{lines.length === 0 ? en.stage.start : en.stage.again}</span>
        ) : (
          <>
            <span className={css.typed}>
              $ <Unbroken text={command.text} />
            </span>
            {printed.map(({ line, kind }, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: lines of one output have no other name
              <span key={i} className={kind === 'stderr' ? css.wrong : css.printed}>
                {line}
              </span>
            ))}
          </>
        )}
      </span>
    </>
  );
}
