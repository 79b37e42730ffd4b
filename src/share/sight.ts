// What the reader of a link looks at: one of the page's views, what is opened beside it, what is selected.

/** Ways to look at the same recording at the same cursor that a link can name. */
export const VIEWS = ['stage', 'ladder', 'table', 'objects', 'flow', 'architecture', 'transcript'] as const;
export type View = (typeof VIEWS)[number];

export interface Sight {
  readonly view?: View;
  /** `story`, `message` (the one in focus), or a component that is looked into. */
  readonly open?: string;
  /** A component on the stage whose facts are shown. */
  readonly select?: string;
}

export const isView = (text: string): text is View => VIEWS.includes(text as View);

/** Names of components: `kube-apiserver`, `kubelet/node-1`, `node/node-1`, `pod/default/test-1`. */
export const isPlace = (text: string): boolean => /^[\w.~:@-]{1,253}(\/[\w.~:@-]{1,253}){0,3}$/.test(text);
