// What is open on the page. Small things that several parts of the page share; nothing of the recording.
import { create } from 'zustand';
import { VIEWS as SHARED_VIEWS } from '../share/sight';
import type { Span } from './timeline/zoom';

export type Panel = 'story' | 'message' | 'inside';
export type Sheet = Panel | 'terminal';
/** Ways to look at the same recording at the same cursor; a comparison is with something of this page only. */
export const VIEWS = [...SHARED_VIEWS, 'compare'] as const;
export type View = (typeof VIEWS)[number];
export interface Ui {
  /** What the middle of the page shows. */
  readonly view: View;
  /** The branch that the open one is compared with; null: the one that it left. */
  readonly against: number | null;
  /** What the record table is to show, as it was typed. */
  readonly filter: string;
  /** The row over the timeline that finds a time or a message, by the field that it was opened for. */
  readonly finder: 'time' | 'breakpoints' | null;
  /** Where play pauses and what is marked, as a filter. */
  readonly breakpoints: string;
  readonly pausesThere: boolean;
  /** Runs of quiet records that are opened in the lists, by their first. */
  readonly unfolded: ReadonlySet<number>;
  /** What the timeline shows; null: all of it. */
  readonly span: Span | null;
  /** The drawer at the right. */
  readonly panel: Panel | null;
  /** The sheet below on a narrow page; null: closed, so that what is in the middle has the room. */
  readonly sheet: Sheet | null;
  readonly terminalOpen: boolean;
  readonly presenting: boolean;
  readonly dark: boolean;
  readonly shortcuts: boolean;
  readonly scenarios: boolean;
  readonly branches: boolean;
  readonly sharing: boolean;
  /** The component on the stage whose facts are shown. */
  readonly selected: string | null;
  /** The menu of what can be done to the selected component is to open. */
  readonly acting: boolean;
  /** The component whose inside is open; it stays so while other panels are looked at. */
  readonly inside: string | null;
}

export const useUi = create<Ui>(() => ({
  view: 'stage',
  against: null,
  filter: '',
  finder: null,
  breakpoints: '',
  pausesThere: true,
  unfolded: new Set(),
  span: null,
  panel: null,
  sheet: null,
  terminalOpen: false,
  presenting: false,
  dark: false,
  shortcuts: false,
  scenarios: false,
  branches: false,
  sharing: false,
  selected: null,
  acting: false,
  inside: null,
}));

/** On a narrow page the sheet says what the message in focus is. */
export const saidBelow = ({ sheet }: Ui): boolean => sheet === 'story' || sheet === 'message';

export const show = (change: Partial<Ui>): void => useUi.setState(change);

/** Opens the row that finds a time or a message; on a narrow page in the place of the sheet. */
export const openFinder = (field: NonNullable<Ui['finder']>): void => useUi.setState({ finder: field, sheet: null });

/** Opens the message in focus, where there is room for it. */
export const openMessage = (): void => useUi.setState({ panel: 'message', sheet: 'message' });

/** Opens a component; a node of any size by `node/NAME`. */
export const lookInside = (id: string): void =>
  useUi.setState({ inside: id.replace(/^(row|cell)\//, 'node/'), selected: null, panel: 'inside', sheet: 'inside' });

/** Opens what can be done to a place. */
export const actOn = (id: string): void => useUi.setState({ selected: id, acting: true });

/** Closes the topmost thing that is open; false if nothing was. */
export function closeTopmost(): boolean {
  const { shortcuts, dark, selected, finder, panel, view, presenting, terminalOpen } = useUi.getState();
  if (shortcuts) show({ shortcuts: false });
  else if (dark) show({ dark: false });
  else if (selected !== null) show({ selected: null });
  else if (finder !== null) show({ finder: null });
  else if (panel !== null) show({ panel: null });
  else if (view !== 'stage') show({ view: 'stage' });
  else if (presenting) show({ presenting: false });
  else if (terminalOpen) show({ terminalOpen: false });
  else return false;
  return true;
}
