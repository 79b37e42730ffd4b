// The way to the branches, once there is more than one: a button, and the dialog that comes when it is wanted.
import { useDesk } from '../desk';
import { later } from '../later';
import { useSignal } from '../react';
import { en } from '../text/en';
import { show, useUi } from '../ui';
import { controls } from './controls';

const BranchList = later(() => import('../branches/branch-list'));

export function ChooseBranch() {
  const { branches } = useDesk();
  const { length } = useSignal(branches.list);
  if (length < 2) return null;
  return (
    <button type="button" className={`${controls.button} ${controls.quiet}`} onClick={() => show({ branches: true })}>
      {en.bar.branches(length)}
    </button>
  );
}

export function Branches() {
  const open = useUi((ui) => ui.branches);
  return open ? <BranchList /> : null;
}
