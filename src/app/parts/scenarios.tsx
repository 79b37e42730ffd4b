// The way to the library: a button, and the dialog that comes when it is wanted.
import { later } from '../later';
import { en } from '../text/en';
import { show, useUi } from '../ui';
import { controls } from './controls';

const ScenarioList = later(() => import('./scenario-list'));

export function ChooseScenario() {
  return (
    <button type="button" className={`${controls.button} ${controls.quiet}`} onClick={() => show({ scenarios: true })}>
      {en.bar.scenarios}
    </button>
  );
}

export function Scenarios() {
  const open = useUi((ui) => ui.scenarios);
  return open ? <ScenarioList /> : null;
}
