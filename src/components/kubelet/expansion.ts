// `$(NAME)` in commands, arguments and environment values. Models kubernetes third_party/forked/golang/expansion.

/** Known names are replaced, unknown ones stay, `$$` is a dollar sign. */
export function expand(text: string, valueOf: (name: string) => string | undefined): string {
  if (!text.includes('$')) return text;
  return text.replace(/\$(\$|\(([^)]*)\))/g, (all, next: string, name: string | undefined) =>
    next === '$' ? '$' : (valueOf(name ?? '') ?? all),
  );
}
