// Text as it is read: what stands between backquotes is code; long names break between their parts.
import { Fragment } from 'react';
import { Unbroken } from '../stage/unbroken';

export const Said = ({ text }: { readonly text: string }) =>
  text.split('`').map((part, i) =>
    i % 2 === 1 ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: parts of one sentence
      <code key={i}>
        <Unbroken text={part} />
      </code>
    ) : (
      part
    ),
  );

/** A path or a name breaks where a part of it ends. */
export const Path = ({ text }: { readonly text: string }) =>
  text.split(/(?<=[/_.:])/).map((part, i) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: parts of one path
    <Fragment key={i}>
      {part}
      <wbr />
    </Fragment>
  ));
