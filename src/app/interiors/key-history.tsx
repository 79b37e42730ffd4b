// Every revision of one etcd key until the cursor, and the fields that differ between two of them.
import { useEffect, useState } from 'react';
import type { KeyHistory as History } from '../../worker/protocol';
import { useDesk } from '../desk';
import { Cross } from '../parts/controls';
import message from '../parts/message.module.css';
import panel from '../parts/panel.module.css';
import { inside as t } from '../text/inside';
import css from './inside.module.css';
import { textOf } from './sections';

interface Props {
  readonly name: string;
  readonly seq: number;
  readonly close: () => void;
}

export function KeyHistory({ name, seq, close }: Props) {
  const { session } = useDesk();
  const [between, setBetween] = useState<readonly [number, number] | null>(null);
  const [history, setHistory] = useState<History | null>(null);
  useEffect(() => {
    let wanted = true;
    session.ask({ type: 'key', seq, key: name, between }).then(
      (answer) => {
        if (wanted) setHistory(answer);
      },
      () => undefined,
    );
    return () => {
      wanted = false;
    };
  }, [session, name, seq, between]);
  return (
    <section className={message.section} aria-label={t.history(name)}>
      <h3>
        {t.history(name)}
        <button type="button" className={panel.close} aria-label={t.closeHistory} onClick={close}>
          <Cross />
        </button>
      </h3>
      {history !== null && <Difference history={history} choose={setBetween} />}
    </section>
  );
}

function Difference({ history, choose }: { readonly history: History; readonly choose: (between: readonly [number, number]) => void }) {
  const { versions, before, after, changes } = history;
  const pick = (label: string, chosen: number | null, change: (revision: number) => void) => (
    <label>
      {label}{' '}
      <select value={chosen ?? ''} onChange={(event) => change(Number(event.target.value))}>
        {chosen === null && <option value="">–</option>}
        {versions.map(({ revision, version, deleted }) => (
          <option key={revision} value={revision}>
            {deleted ? t.deleted(revision) : `${revision} (${version})`}
          </option>
        ))}
      </select>
    </label>
  );
  return (
    <>
      <p className={css.pick}>
        {pick(t.from, before, (revision) => choose([revision, after ?? revision]))}
        {pick(t.to, after, (revision) => choose([before ?? revision, revision]))}
      </p>
      {changes.length === 0 ? (
        <p className={message.none}>{t.same}</p>
      ) : (
        <table className={message.changes}>
          <thead>
            <tr>
              {[t.field, t.before, t.after].map((head) => (
                <th key={head} scope="col">
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {changes.map((change) => (
              <tr key={change.path}>
                <td>{change.path}</td>
                <td>
                  <del>{textOf(change.before)}</del>
                </td>
                <td>
                  <ins>{textOf(change.after)}</ins>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </>
  );
}
