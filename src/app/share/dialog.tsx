// A link for others as a dialog: what it holds, its text, its QR code, and a snippet that embeds the page.
import { useEffect, useState } from 'react';
import { useDesk } from '../desk';
import { CopyButton } from '../parts/copy-button';
import { Dialog } from '../parts/dialog';
import { words } from '../text/share';
import { show } from '../ui';
import { QrCode } from './code';
import style from './share.module.css';
import { snippetOf } from './snippet';

export default function ShareDialog() {
  const { address } = useDesk();
  const [moment, setMoment] = useState(true);
  const [sight, setSight] = useState(true);
  /** Undefined until it is made; null if there is none. */
  const [hash, setHash] = useState<string | null>();
  useEffect(() => {
    let wanted = true;
    void address.share({ moment, sight }).then((made) => wanted && setHash(made));
    return () => {
      wanted = false;
    };
  }, [address, moment, sight]);
  return (
    <Dialog title={words.title} closes={words.close} close={() => show({ sharing: false })} size="list">
      <fieldset className={style.choices}>
        <legend>{words.what}</legend>
        <Check text={words.moment} hint={words.momentHint} on={moment} set={setMoment} />
        <Check text={words.sight} hint={words.sightHint} on={sight} set={setSight} />
      </fieldset>
      {hash === undefined && <p>{words.making}</p>}
      {hash === null && <p role="alert">{words.tooLong}</p>}
      {typeof hash === 'string' && <Made hash={hash} />}
    </Dialog>
  );
}

interface CheckProps {
  readonly text: string;
  readonly hint: string;
  readonly on: boolean;
  readonly set: (on: boolean) => void;
}

const Check = ({ text, hint, on, set }: CheckProps) => (
  <label>
    <input type="checkbox" checked={on} onChange={({ target }) => set(target.checked)} />
    <span>
      {text}
      <small>{hint}</small>
    </span>
  </label>
);

function Made({ hash }: { readonly hash: string }) {
  const page = location.origin + location.pathname;
  const link = `${page}${hash === '' ? '#' : hash}`;
  const [title = ''] = document.title.split(' · ');
  const snippet = snippetOf({ page, hash, title });
  return (
    <>
      <div className={style.made}>
        <div className={style.link}>
          <Whole label={words.link} text={link} />
          <div className={style.row}>
            <CopyButton main text={link}>
              {words.copy}
            </CopyButton>
            <CopyButton text={`${document.title}\n${link}`}>{words.copyTitled}</CopyButton>
          </div>
        </div>
        <QrCode text={link} label={words.qr} otherwise={words.noQr} />
      </div>
      <details className={style.embed}>
        <summary>{words.embed}</summary>
        <p className={style.hint}>{words.embedHint}</p>
        <Whole label={words.snippet} text={snippet} />
        <div className={style.row}>
          <CopyButton text={snippet}>{words.copySnippet}</CopyButton>
        </div>
      </details>
    </>
  );
}

/** A text to be taken away, selected by one click. */
const Whole = ({ label, text }: { readonly label: string; readonly text: string }) => (
  <textarea aria-label={label} readOnly rows={3} spellCheck={false} value={text} onFocus={({ target }) => target.select()} />
);
