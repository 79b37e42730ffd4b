// Text of a command: breaks between its words only, never within `--image=nginx` if it can be helped.
import css from './unbroken.module.css';

export const Unbroken = ({ text }: { readonly text: string }) =>
  text.split(' ').map((word, i) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: words of one line
    <span key={i}>
      {i > 0 && ' '}
      <span className={css.word}>{word}</span>
    </span>
  ));
