// The words of an embedded page.
export const words = {
  untitled: 'A run of a whole Kubernetes cluster',
  start: 'Play',
  hint: 'Simulates the cluster in your browser. Nothing is sent anywhere.',
  page: 'Open Watchloop',
  openIn: 'Open in',
  place: (message: number, messages: number) => `${message} / ${messages}`,
  again: 'Play again',
};
