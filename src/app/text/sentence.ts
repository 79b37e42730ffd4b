// A told sentence in two parts, for where who speaks to whom stands on a line of its own.

/** "who -> whom: what" or "who: what"; without such a beginning the names of `ends` say who. */
export function splitSentence(
  sentence: string,
  ends: { readonly from: string; readonly to: string },
): { readonly who: string; readonly what: string } {
  const colon = sentence.indexOf(': ');
  const who = colon < 0 ? (ends.from === ends.to ? ends.from : `${ends.from} -> ${ends.to}`) : sentence.slice(0, colon);
  const what = colon < 0 ? sentence : sentence.slice(colon + 2);
  return { who: who.replace(' -> ', ' → '), what: what.charAt(0).toUpperCase() + what.slice(1) };
}
