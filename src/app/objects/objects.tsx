// The objects as they are at the cursor, in the tree of their owners.
import { useEffect, useState } from 'react';
import type { ObjectRow } from '../../worker/protocol';
import { useDesk } from '../desk';
import style from '../learn/learn.module.css';
import { useSignal } from '../react';
import { objects } from '../text/objects';
import css from './objects.module.css';
import { type Branch, kinOf, type NamespaceTree, ownerTrees } from './owner-tree';

/** Namespaces that a person did not make, and what belongs to none: closed at first. */
const CLOSED = new Set<string | null>([null, 'kube-system', 'kube-public', 'kube-node-lease']);

export default function Objects() {
  const rows = useObjects();
  if (rows === null) return <p className={style.page}>{objects.loading}</p>;
  const newest = rows.reduce((revision, row) => Math.max(revision, row.revision), 0);
  return (
    <section aria-label={objects.title} className={style.page}>
      <header>
        <h2>{objects.title}</h2>
        <p>{objects.hint}</p>
      </header>
      {[...ownerTrees(rows)]
        .sort((a, b) => Number(CLOSED.has(a.namespace)) - Number(CLOSED.has(b.namespace)))
        .map((tree) => (
          <Namespace key={tree.namespace} tree={tree} newest={newest} />
        ))}
    </section>
  );
}

/** The objects after the message at the cursor; late answers are dropped. */
function useObjects(): readonly ObjectRow[] | null {
  const { session } = useDesk();
  const { seq } = useSignal(session.player.cursor);
  const grown = useSignal(session.grown);
  const [rows, setRows] = useState<readonly ObjectRow[] | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: before the first message, what boot left behind
  useEffect(() => {
    let wanted = true;
    const list = session.list();
    const next = list.at(list.placeOf(seq) + 1);
    const until = next < 0 ? session.columns.count - 1 : next - 1;
    void session.ask({ type: 'objects', seq: until }).then((answer) => {
      if (wanted) setRows(answer.objects);
    });
    return () => {
      wanted = false;
    };
  }, [session, seq, grown]);
  return rows;
}

function Namespace({ tree: { namespace, count, roots }, newest }: { readonly tree: NamespaceTree; readonly newest: number }) {
  return (
    <details open={!CLOSED.has(namespace)} className={css.namespace}>
      <summary>
        {namespace ?? objects.cluster} <small>{count}</small>
      </summary>
      <Branches branches={roots} newest={newest} />
    </details>
  );
}

function Branches({ branches, newest }: { readonly branches: readonly Branch[]; readonly newest: number }) {
  if (branches.length === 0) return null;
  return (
    <ul className={css.branches}>
      {kinOf(branches).map(({ kind, branches: kin, many }) =>
        many ? (
          <li key={kind}>
            <Folded kind={kind} branches={kin} newest={newest} />
          </li>
        ) : (
          kin.map((branch) => <Owner key={branch.row.key} branch={branch} newest={newest} />)
        ),
      )}
    </ul>
  );
}

/** Many of one kind: a count, that says whether one of them was just written. */
function Folded({ kind, branches, newest }: { readonly kind: string; readonly branches: readonly Branch[]; readonly newest: number }) {
  const fresh = branches.some(({ row }) => row.revision === newest);
  return (
    <details className={css.many}>
      <summary data-fresh={fresh || undefined}>
        {kind} <small>{branches.length}</small>
        {fresh && <small>{objects.freshAmong}</small>}
      </summary>
      <ul className={css.branches}>
        {branches.map((branch) => (
          <Owner key={branch.row.key} branch={branch} newest={newest} />
        ))}
      </ul>
    </details>
  );
}

function Owner({ branch: { row, owned }, newest }: { readonly branch: Branch; readonly newest: number }) {
  const { session } = useDesk();
  const { key, kind, name, revision, written } = row;
  return (
    <li>
      <button
        type="button"
        title={key}
        aria-label={objects.go(`${kind} ${name}`, revision)}
        aria-disabled={written === null}
        data-fresh={revision === newest || undefined}
        onClick={() => {
          if (written === null) return;
          session.player.pause();
          session.player.seek(written);
        }}
      >
        <span>{kind}</span> <b>{name}</b>
        <small>{objects.revision(revision)}</small>
        {revision === newest && <small>{objects.fresh}</small>}
      </button>
      <Branches branches={owned} newest={newest} />
    </li>
  );
}
