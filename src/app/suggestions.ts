// Which command could come next: a few that go on from what was typed.

/** Up to four commands that were not given yet, nearest first. */
export function suggestionsAfter(lines: readonly string[]): readonly string[] {
  const given = new Set(lines);
  const name = deploymentOf(lines);
  const more =
    name === null
      ? ['kubectl create deployment web --image=nginx', 'kubectl get pods -A']
      : [
          `kubectl scale deployment ${name} --replicas=3`,
          `kubectl expose deployment ${name} --port=80`,
          `kubectl set image deployment/${name} *=httpd`,
          `kubectl delete deployment ${name}`,
        ];
  return ['kubectl get pods -o wide', ...more].filter((line) => !given.has(line)).slice(0, 4);
}

/** The last Deployment that was created and not deleted since. */
function deploymentOf(lines: readonly string[]): string | null {
  let last: string | null = null;
  for (const line of lines) {
    const created = /^kubectl create (?:deployment|deploy) ([a-z0-9.-]+)/.exec(line);
    if (created !== null) last = created[1] ?? null;
    if (/^kubectl delete (?:deployments?|deploy)[ /]/.test(line) && last !== null && line.includes(last)) last = null;
  }
  return last;
}

/** A command without what all of them share. */
export const shortened = (line: string): string => line.replace(/^kubectl /, '').replace(/ deployment[ /](\S+)/, ' $1');
