// The cluster's clock begins on 1 January 2026, the client's shows today: times in what goes out are moved by the
// difference, and back in what comes in, so that ages and expiries agree.
import { simTime } from '../../base/brand';
import { parseTime, rfc3339, rfc3339Micro } from '../../machinery/time';

const TIME = /(?<=")\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{6})?Z(?=")/g;

/** JSON text with its times moved by whole seconds. */
export const moved = (json: string, seconds: number): string =>
  json.replace(TIME, (text) => {
    const at = parseTime(text);
    if (at === null) return text;
    const to = simTime(at + seconds * 1_000_000);
    return text.includes('.') ? rfc3339Micro(to) : rfc3339(to);
  });
