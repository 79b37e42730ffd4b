// A date as C's ctime writes it, which iptables-save puts into its comments.

import { simTime } from '../../base/brand';
import { EPOCH_SECONDS, rfc3339 } from '../../machinery/time';

const DAYS = ['Thu', 'Fri', 'Sat', 'Sun', 'Mon', 'Tue', 'Wed']; // 1970-01-01 was a Thursday
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `Thu Jan  1 00:00:00 1970`, from seconds since 1970. */
export function unixDate(seconds: number): string {
  const [date = '', time = ''] = rfc3339(simTime((seconds - EPOCH_SECONDS) * 1_000_000)).split('T');
  const [year, month, day] = date.split('-').map(Number);
  const weekday = DAYS[Math.floor(seconds / 86_400) % 7];
  return `${weekday} ${MONTHS[(month ?? 1) - 1]} ${String(day).padStart(2)} ${time.slice(0, 8)} ${year}`;
}
