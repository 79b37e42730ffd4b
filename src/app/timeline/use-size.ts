// How large an element is, followed.
import { type RefObject, useLayoutEffect, useState } from 'react';
import { zoomOf } from '../pointer';

export interface Size {
  /** In the element's own pixels. */
  readonly width: number;
  readonly height: number;
  /** How many of the page's pixels one of its own is. */
  readonly zoom: number;
}

/** Nothing until it was laid out: to ask before would make the browser lay the page out at once. */
export function useSize(element: RefObject<HTMLElement | null>): Size {
  const [size, setSize] = useState<Size>({ width: 0, height: 0, zoom: 1 });
  useLayoutEffect(() => {
    const { current } = element;
    if (current === null) return;
    const observer = new ResizeObserver(() => setSize({ width: current.clientWidth, height: current.clientHeight, zoom: zoomOf(current) }));
    observer.observe(current);
    return () => observer.disconnect();
  }, [element]);
  return size;
}
