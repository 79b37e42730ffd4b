// The branches as a dialog: where each left another one, its name to write over, the ways to it and out of it.
import { useDesk } from '../desk';
import { controls } from '../parts/controls';
import { Dialog } from '../parts/dialog';
import { useSignal } from '../react';
import { branchName, branches as t } from '../text/branches';
import { show } from '../ui';
import style from './branch-list.module.css';
import { type Branch, MAX_NAME } from './branches';

export default function BranchList() {
  const { branches } = useDesk();
  const list = useSignal(branches.list);
  const close = (): void => show({ branches: false });
  return (
    <Dialog title={t.title} closes={t.close} close={close} size="list">
      <p className={style.hint}>{t.hint}</p>
      <ul className={style.list} aria-label={t.title}>
        {inOrder(list).map(({ branch, depth }) => (
          <li key={branch.id} style={{ paddingInlineStart: `${Math.min(depth, MAX_DEPTH) * INDENT_PX}px` }}>
            <Row branch={branch} close={close} />
          </li>
        ))}
      </ul>
    </Dialog>
  );
}

const INDENT_PX = 20;
const MAX_DEPTH = 4;

function Row({ branch, close }: { readonly branch: Branch; readonly close: () => void }) {
  const { branches } = useDesk();
  const list = useSignal(branches.list);
  const isOpen = useSignal(branches.open) === branch.id;
  const name = branchName(branch);
  const before = list.find(({ id }) => id === branch.left?.id);
  const { left } = branch;
  const from = left === null ? t.root : before === undefined ? t.leftGone(left.place) : t.leaves(branchName(before), left.place, left.atUs);
  return (
    <div className={style.row} aria-current={isOpen ? 'true' : undefined}>
      <input
        className={style.name}
        aria-label={t.name(name)}
        placeholder={branchName({ ...branch, name: '' })}
        value={branch.name}
        maxLength={MAX_NAME}
        onChange={(event) => branches.rename(branch.id, event.target.value)}
      />
      <p className={style.from}>
        {from} · {t.records(branch.records)}
      </p>
      {isOpen ? (
        <span className={style.here}>{t.here}</span>
      ) : (
        <span className={style.ways}>
          <button
            type="button"
            className={`${controls.button} ${controls.small}`}
            aria-label={t.goNamed(name)}
            onClick={() => {
              branches.go(branch.id);
              close();
            }}
          >
            {t.go}
          </button>
          <button
            type="button"
            className={`${controls.button} ${controls.small}`}
            aria-label={t.compareNamed(name)}
            onClick={() => {
              show({ view: 'compare', against: branch.id });
              close();
            }}
          >
            {t.compare}
          </button>
          <button
            type="button"
            className={`${controls.button} ${controls.quiet} ${controls.small}`}
            aria-label={t.removeNamed(name)}
            onClick={() => branches.remove(branch.id)}
          >
            {t.remove}
          </button>
        </span>
      )}
    </div>
  );
}

interface Placed {
  readonly branch: Branch;
  readonly depth: number;
}

/** Each one under what it left. */
function inOrder(list: readonly Branch[]): readonly Placed[] {
  const ids = new Set(list.map(({ id }) => id));
  const under = (id: number | null, depth: number): readonly Placed[] =>
    list
      .filter(({ left }) => (left !== null && ids.has(left.id) ? left.id : null) === id)
      .flatMap((branch) => [{ branch, depth }, ...(depth < list.length ? under(branch.id, depth + 1) : [])]);
  return under(null, 0);
}
