// A text as a QR code, drawn as one path. Dark on light in every theme: cameras want it so.
import { encode } from 'uqr';
import style from './share.module.css';

/** Beyond this many letters the modules are too small for a camera across a room. */
const MAX_LETTERS = 1_200;
/** The standard's quiet zone, in modules. */
const QUIET = 4;

/** Words instead if the text is too long to be read from a screen. */
export function QrCode({ text, label, otherwise }: { readonly text: string; readonly label: string; readonly otherwise: string }) {
  if (text.length > MAX_LETTERS) return <p className={style.hint}>{otherwise}</p>;
  const { data, size } = encode(text, { ecc: 'L', border: QUIET });
  const dark = data.flatMap((row, y) => row.flatMap((on, x) => (on ? [`M${x} ${y}h1v1h-1z`] : [])));
  return (
    <svg className={style.code} viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label} shapeRendering="crispEdges">
      <path d={dark.join('')} />
    </svg>
  );
}
