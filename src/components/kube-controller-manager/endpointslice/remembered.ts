// What was worked out about objects is kept with them: an object never changes, a new version is a new object. A Service
// of a thousand pods is looked at with each change of one of them.

export function remembered<A extends object, T>(workOut: (a: A) => T): (a: A) => T {
  const all = new WeakMap<A, { readonly value: T }>();
  return (a) => {
    let known = all.get(a);
    if (known === undefined) {
      known = { value: workOut(a) };
      all.set(a, known);
    }
    return known.value;
  };
}

/** The same about a pair. */
export function rememberedPair<A extends object, B extends object, T>(workOut: (a: A, b: B) => T): (a: A, b: B) => T {
  const of = remembered((a: A) => remembered((b: B) => workOut(a, b)));
  return (a, b) => of(a)(b);
}
