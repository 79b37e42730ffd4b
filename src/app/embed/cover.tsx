// An embedded page before it is clicked: the drawing that every page begins with, what is to be seen, and a button.

import { useEffect, useState } from 'react';
import { RUNS } from '../../scenarios/runs';
import { decodeLink, type Link, type LinkError, nameOf, type Packer, type SharedRun } from '../../share/link';
import { typedLine } from '../../wire/curl-line';
import { Mark } from '../parts/controls';
import { en } from '../text/en';
import style from './embed.module.css';
import { words } from './text';

interface CoverProps {
  readonly hash: string;
  readonly loadPacker: () => Promise<Packer>;
  readonly start: () => void;
}

export function Cover({ hash, loadPacker, start }: CoverProps) {
  const [link, setLink] = useState(() => decodeLink(hash, null));
  const packed = !link.ok && link.error === 'packed';
  useEffect(() => {
    if (packed) void loadPacker().then((packer) => setLink(decodeLink(hash, packer)));
  }, [packed, hash, loadPacker]);
  return (
    <main className={style.cover}>
      <p className={style.brand}>
        <Mark />
        {en.name}
      </p>
      {link.ok && link.value !== null && <Offer link={link.value} start={start} />}
      {!link.ok && !packed && <Refused error={link.error} />}
    </main>
  );
}

export function titleOf(run: SharedRun): string {
  const name = nameOf(run);
  return name === null ? words.untitled : RUNS[name].title;
}

function Offer({ link: { run }, start }: { readonly link: Link; readonly start: () => void }) {
  const lines = run.inputs.flatMap(({ input }) => typedLine(input) ?? []);
  return (
    <>
      <h1>{titleOf(run)}</h1>
      {lines[0] !== undefined && <code>$ {lines[0]}</code>}
      <button type="button" className={style.start} onClick={start}>
        <svg viewBox="0 0 16 16" aria-hidden="true">
          <path d="M4 2.5v11l9-5.5z" />
        </svg>
        {words.start}
      </button>
      <p>{words.hint}</p>
    </>
  );
}

const Refused = ({ error }: { readonly error: LinkError }) => (
  <>
    <p role="alert">{en.link[error]}</p>
    <a href={location.pathname} target="_blank" rel="noopener">
      {words.page}
    </a>
  </>
);
