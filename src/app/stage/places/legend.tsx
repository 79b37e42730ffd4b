// How to read the stage: what a shape says, what a colour says.
import { en } from '../../text/en';
import { MessageSign, PodSign } from '../glyphs';
import css from './legend.module.css';

const t = en.stage;
const SHAPES = ['request', 'answer', 'watch', 'delivery', 'failure'] as const;
const LOOKS = ['running', 'starting', 'unready', 'waiting', 'failed', 'leaving'] as const;
const TONES = ['http', 'etcd', 'cri', 'kernel', 'registry', 'sky'] as const;

export const Legend = () => (
  <div className={css.legend}>
    <h2>{t.legend}</h2>
    <ul>
      {SHAPES.map((shape) => (
        <li key={shape} data-shape={shape}>
          <MessageSign shape={shape} />
          {t.shapes[shape]}
        </li>
      ))}
    </ul>
    <ul>
      {TONES.map((tone) => (
        <li key={tone}>
          <span className={css.swatch} data-tone={tone} />
          {t.tones[tone]}
        </li>
      ))}
    </ul>
    <h2>{t.facts.pods}</h2>
    <ul className={css.looks}>
      {LOOKS.map((look) => (
        <li key={look}>
          <PodSign look={look} />
          {t.looks[look]}
        </li>
      ))}
    </ul>
  </div>
);
