// Parts of the page whose code comes when they are first shown, or was fetched before. Not React's `lazy`: it shows
// what stands for a part even where the code is there, and then for 300 ms (FALLBACK_THROTTLE_MS).
import { type ComponentType, type ReactNode, useEffect, useState } from 'react';
import { en } from './text/en';

export interface Later<P> {
  (props: P): ReactNode;
  /** Fetches the code, so that the part is there at once when it is shown. */
  fetch(): Promise<unknown>;
}

/** `waiting` stands for the part until its code is there. */
export function later<P extends object>(load: () => Promise<{ readonly default: ComponentType<P> }>, waiting: ReactNode = null): Later<P> {
  let here: ComponentType<P> | null = null;
  const fetch = async (): Promise<void> => {
    here = (await load()).default;
  };
  function Part(props: P) {
    const [Shown, show] = useState(() => here);
    const [missing, miss] = useState(false);
    useEffect(() => {
      if (Shown !== null) return;
      fetch().then(
        () => show(() => here),
        () => miss(true),
      );
    }, [Shown]);
    if (Shown !== null) return <Shown {...props} />;
    return missing ? <p role="alert">{en.notFetched}</p> : waiting;
  }
  return Object.assign(Part, { fetch });
}
