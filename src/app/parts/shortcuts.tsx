// The list of keys, as a dialog.
import { shortcuts } from '../text/shortcuts';
import { show } from '../ui';
import { Dialog } from './dialog';
import style from './shortcuts.module.css';

export default function Shortcuts() {
  return (
    <Dialog title={shortcuts.title} closes={shortcuts.close} close={() => show({ shortcuts: false })} size="table">
      <Rows rows={shortcuts.rows} />
      <h3 className={style.title}>{shortcuts.signs}</h3>
      <Rows rows={shortcuts.signRows} />
    </Dialog>
  );
}

const Rows = ({ rows }: { readonly rows: readonly (readonly string[])[] }) => (
  <dl className={style.rows}>
    {rows.map(([keys = '', does]) => (
      <div key={keys} style={{ display: 'contents' }}>
        <dt>
          {keys.split(/\s{2,}/).map((key) => (
            <kbd key={key}>{key}</kbd>
          ))}
        </dt>
        <dd>{does}</dd>
      </div>
    ))}
  </dl>
);
