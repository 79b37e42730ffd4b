// What the track and the finder say; it comes with them.
const count = (number: number, one: string, many = `${one}s`): string => `${number.toLocaleString('en')} ${number === 1 ? one : many}`;

export const timelineText = {
  overview: 'Part of the recording in sight',
  number: (place: number) => `Message ${place.toLocaleString('en')}`,
  inSight: (first: number, last: number, total: number) => `Messages ${first} to ${last} of ${total}`,
} as const;

export const finder = {
  label: 'Find a moment',
  time: 'Go to time',
  timeExample: '12.5s, 1m, +3s',
  go: 'Go',
  notATime: 'Write 12.5s, 1m, 1:30, or +3s and -3s from here.',
  noRecording: 'Nothing is recorded yet.',
  beforeFirst: (next: string) => `Before the first message, which is sent at ${next}.`,
  beyond: (last: string) => `The recording ends at ${last}; here is its last message.`,
  arrived: (sent: string) => `The last message until then, sent at ${sent}.`,
  between: (sent: string, next: string) => `The last message until then, sent at ${sent}; the next one comes at ${next}.`,
  breakpoints: 'Breakpoints',
  example: 'component:kubelet object:pod/test-* status:409 cause:12',
  pauses: 'Play pauses there',
  previous: 'Previous match',
  next: 'Next match',
  close: 'Close the finder',
  hint: 'A filter: component, from, to, kind, verb, object, status, cause, or plain words.',
  place: (place: number, total: number) => `${place.toLocaleString('en')} of ${count(total, 'match', 'matches')}`,
  total: (total: number) => count(total, 'match', 'matches'),
  nothing: 'No message of this recording matches.',
  noneHere: 'No match is told at this level.',
  further: (hidden: number, level: string, none: boolean) => `Show ${hidden.toLocaleString('en')}${none ? '' : ' more'} at ${level}`,
  tellBoot: (hidden: number) => `Tell the boot, with ${hidden.toLocaleString('en')}`,
  problems: {
    'unknown-field':
      'There are component, from, to, actor, protocol, kind, verb, object, status, cause and text. The last good filter is still applied: ',
    'no-value': 'Something must follow the colon: ',
    'open-quote': 'A quote is not closed: ',
    'not-a-number': 'A cause is the number of a record: ',
    'too-long': 'A filter has at most 1,000 characters: ',
  },
} as const;
