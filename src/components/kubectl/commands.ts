// The tree of commands, and how a mistyped one is answered. Models kubectl pkg/cmd/cmd.go and spf13/cobra.

import {
  apiResources,
  apiVersions,
  canI,
  clusterInfo,
  configContexts,
  configCurrent,
  configUse,
  configView,
  version,
  whoAmI,
} from './about';
import { apply, viewLastApplied } from './apply';
import {
  createConfigMap,
  createDisruptionBudget,
  createNamespace,
  createPriorityClass,
  createQuota,
  createSecretDocker,
  createSecretGeneric,
  createSecretTls,
  createServiceAccount,
  createToken,
} from './create/data';
import { create } from './create/from-file';
import { createClusterIP, createExternalName, createIngress, createLoadBalancer, createNodePort } from './create/network';
import { createClusterRole, createClusterRoleBinding, createRole, createRoleBinding } from './create/rbac';
import { createCronJob, createDeployment, createJob } from './create/workloads';
import { deleteCommand } from './delete';
import { describe } from './describe/describe';
import { events } from './events';
import { exec } from './exec';
import { expose } from './expose';
import { get } from './get';
import { annotate, label } from './label';
import { logs } from './logs';
import { cordon, drain, taint, uncordon } from './node';
import { patch } from './patch';
import { replace } from './replace';
import { rolloutHistory, rolloutPause, rolloutRestart, rolloutResume, rolloutStatus, rolloutUndo } from './rollout';
import { run } from './run';
import { autoscale, scale } from './scale';
import type { Command } from './session';
import { setEnv, setImage, setResources, setServiceAccount } from './set';
import { topNode, topPod } from './top';
import { unmodelled } from './unmodelled';
import { wait } from './wait';

/** A command, or a group of commands (both, for `create` and `apply`). */
export interface CommandNode {
  readonly about: string;
  readonly command?: Command;
  readonly aliases?: readonly string[];
  readonly children?: CommandTree;
}
export type CommandTree = { readonly [name: string]: CommandNode };

const secretService: CommandTree = {
  create: {
    about: 'Create a resource from a file or from stdin',
    command: create,
    children: {
      namespace: { about: 'Create a namespace', command: createNamespace, aliases: ['ns'] },
      quota: { about: 'Create a quota', command: createQuota, aliases: ['resourcequota'] },
      secret: {
        about: 'Create a secret',
        children: {
          'docker-registry': { about: 'Create a secret for use with a registry', command: createSecretDocker },
          generic: { about: 'Create a secret from files or literal values', command: createSecretGeneric },
          tls: { about: 'Create a TLS secret', command: createSecretTls },
        },
      },
      configmap: { about: 'Create a config map', command: createConfigMap, aliases: ['cm'] },
      serviceaccount: { about: 'Create a service account', command: createServiceAccount, aliases: ['sa'] },
      service: {
        about: 'Create a service',
        aliases: ['svc'],
        children: {
          clusterip: { about: 'Create a ClusterIP service', command: createClusterIP },
          nodeport: { about: 'Create a NodePort service', command: createNodePort },
          loadbalancer: { about: 'Create a LoadBalancer service', command: createLoadBalancer },
          externalname: { about: 'Create an ExternalName service', command: createExternalName },
        },
      },
      deployment: { about: 'Create a deployment', command: createDeployment, aliases: ['deploy'] },
      clusterrole: { about: 'Create a cluster role', command: createClusterRole },
      clusterrolebinding: { about: 'Create a cluster role binding', command: createClusterRoleBinding },
      role: { about: 'Create a role', command: createRole },
      rolebinding: { about: 'Create a role binding', command: createRoleBinding },
      poddisruptionbudget: { about: 'Create a pod disruption budget', command: createDisruptionBudget, aliases: ['pdb'] },
      priorityclass: { about: 'Create a priority class', command: createPriorityClass, aliases: ['pc'] },
      job: { about: 'Create a job', command: createJob },
      cronjob: { about: 'Create a cron job', command: createCronJob, aliases: ['cj'] },
      ingress: { about: 'Create an ingress', command: createIngress, aliases: ['ing'] },
      token: { about: 'Request a service account token', command: createToken },
    },
  },
};

/** What goes over an upgraded connection. */
const STREAM = 'a stream into a container';

/** In the order in which kubectl adds them, which is that of its suggestions. */
export const COMMANDS: CommandTree = {
  ...secretService,
  expose: { about: 'Take a workload and expose it as a new Kubernetes service', command: expose },
  run: { about: 'Run a particular image on the cluster', command: run },
  set: {
    about: 'Set specific features on objects',
    children: {
      image: { about: 'Update the image of a pod template', command: setImage },
      resources: { about: 'Update resource requests/limits on objects with pod templates', command: setResources },
      env: { about: 'Update environment variables on a pod template', command: setEnv },
      serviceaccount: { about: 'Update the service account of a resource', command: setServiceAccount, aliases: ['sa'] },
    },
  },
  explain: { about: 'Get documentation for a resource', command: unmodelled('explain', 'the descriptions of all fields') },
  get: { about: 'Display one or many resources', command: get },
  edit: {
    about: 'Edit a resource on the server',
    command: unmodelled('edit', 'an editor (kubectl patch, kubectl set and kubectl apply -f - change objects, too)'),
  },
  delete: {
    about: 'Delete resources by file names, stdin, resources and names, or by resources and label selector',
    command: deleteCommand,
  },
  rollout: {
    about: 'Manage the rollout of a resource',
    children: {
      history: { about: 'View rollout history', command: rolloutHistory },
      pause: { about: 'Mark the provided resource as paused', command: rolloutPause },
      resume: { about: 'Resume a paused resource', command: rolloutResume },
      undo: { about: 'Undo a previous rollout', command: rolloutUndo },
      status: { about: 'Show the status of the rollout', command: rolloutStatus },
      restart: { about: 'Restart a resource', command: rolloutRestart },
    },
  },
  scale: { about: 'Set a new size for a deployment, replica set, or replication controller', command: scale },
  autoscale: { about: 'Auto-scale a deployment, replica set, stateful set, or replication controller', command: autoscale },
  certificate: { about: 'Modify certificate resources', command: unmodelled('certificate', 'a signer of certificates') },
  'cluster-info': { about: 'Display cluster information', command: clusterInfo },
  top: {
    about: 'Display resource (CPU/memory) usage',
    children: {
      node: { about: 'Display resource (CPU/memory) usage of nodes', command: topNode, aliases: ['nodes', 'no'] },
      pod: { about: 'Display resource (CPU/memory) usage of pods', command: topPod, aliases: ['pods', 'po'] },
    },
  },
  cordon: { about: 'Mark node as unschedulable', command: cordon },
  uncordon: { about: 'Mark node as schedulable', command: uncordon },
  drain: { about: 'Drain node in preparation for maintenance', command: drain },
  taint: { about: 'Update the taints on one or more nodes', command: taint },
  describe: { about: 'Show details of a specific resource or group of resources', command: describe },
  logs: { about: 'Print the logs for a container in a pod', command: logs },
  attach: {
    about: 'Attach to a running container',
    command: unmodelled('attach', `${STREAM} (kubectl logs shows what a container printed)`),
  },
  exec: { about: 'Execute a command in a container', command: exec },
  'port-forward': {
    about: 'Forward one or more local ports to a pod',
    command: unmodelled('port-forward', `${STREAM} (curl ADDRESS:PORT from outside, from a node or from pod/NAME asks a Pod directly)`),
  },
  proxy: { about: 'Run a proxy to the Kubernetes API server', command: unmodelled('proxy', 'a port of this machine') },
  cp: {
    about: 'Copy files and directories to and from containers',
    command: unmodelled('cp', `${STREAM} (kubectl exec POD -- cat FILE shows one)`),
  },
  auth: {
    about: 'Inspect authorization',
    children: {
      'can-i': { about: 'Check whether an action is allowed', command: canI },
      whoami: { about: 'Experimental: Check self subject attributes', command: whoAmI },
    },
  },
  debug: { about: 'Create debugging sessions for troubleshooting workloads and nodes', command: unmodelled('debug', STREAM) },
  events: { about: 'List events', command: events },
  diff: { about: 'Diff the live version against a would-be applied version', command: unmodelled('diff', 'a diff program') },
  apply: {
    about: 'Apply a configuration to a resource by file name or stdin',
    command: apply,
    children: { 'view-last-applied': { about: 'View the latest last-applied-configuration annotations', command: viewLastApplied } },
  },
  patch: { about: 'Update fields of a resource', command: patch },
  replace: { about: 'Replace a resource by file name or stdin', command: replace },
  wait: { about: 'Wait for a specific condition on one or many resources', command: wait },
  kustomize: { about: 'Build a kustomization target from a directory or URL', command: unmodelled('kustomize', 'a folder') },
  label: { about: 'Update the labels on a resource', command: label },
  annotate: { about: 'Update the annotations on a resource', command: annotate },
  completion: { about: 'Output shell completion code for the specified shell', command: unmodelled('completion', 'a shell') },
  config: {
    about: 'Modify kubeconfig files',
    children: {
      'current-context': { about: 'Display the current-context', command: configCurrent },
      'get-contexts': { about: 'Describe one or many contexts', command: configContexts },
      'use-context': { about: 'Set the current-context in a kubeconfig file', command: configUse, aliases: ['use'] },
      view: { about: 'Display merged kubeconfig settings or a specified kubeconfig file', command: configView },
    },
  },
  plugin: { about: 'Provides utilities for interacting with plugins', command: unmodelled('plugin', 'programs beside it') },
  version: { about: 'Print the client and server version information', command: version },
  'api-versions': { about: 'Print the supported API versions on the server, in the form of "group/version"', command: apiVersions },
  'api-resources': { about: 'Print the supported API resources on the server', command: apiResources },
};

export interface Found {
  readonly path: readonly string[];
  readonly command: Command | null;
  readonly children: CommandTree;
  /** What is left of the words: arguments and flags. */
  readonly rest: readonly string[];
}

/** Follows the words down the tree; flags may stand before a command's name. */
export function findCommand(tree: CommandTree, words: readonly string[]): Found {
  let found: Found = { path: [], command: null, children: tree, rest: words };
  for (;;) {
    const at = nextWord(found.rest);
    const word = at < 0 ? undefined : found.rest[at];
    const name = word === undefined ? undefined : childName(found.children, word);
    const node = name === undefined ? undefined : found.children[name];
    if (name === undefined || node === undefined) return found;
    const rest = [...found.rest.slice(0, at), ...found.rest.slice(at + 1)];
    found = { path: [...found.path, name], command: node.command ?? null, children: node.children ?? {}, rest };
  }
}

/** Flags before the name of a command are global ones, most of which take a value. */
const VALUED = new Set([
  '-n',
  '--namespace',
  '-s',
  '--server',
  '--as',
  '--as-group',
  '-v',
  '--request-timeout',
  '--context',
  '--cluster',
  '--user',
  '--kubeconfig',
  '--token',
]);
function nextWord(words: readonly string[]): number {
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as string;
    if (word === '--') return -1;
    if (!word.startsWith('-')) return i;
    if (VALUED.has(word)) i++;
  }
  return -1;
}

const childName = (tree: CommandTree, word: string): string | undefined =>
  Object.hasOwn(tree, word) ? word : Object.keys(tree).find((name) => tree[name]?.aliases?.includes(word));

/** cobra's "Did you mean this?": names at most two edits away, or that begin with what was typed. */
export function suggestionsFor(typed: string): string {
  const close = Object.keys(COMMANDS).filter((name) => distance(typed.toLowerCase(), name) <= 2 || name.startsWith(typed.toLowerCase()));
  return close.length === 0 ? '' : `\n\nDid you mean this?\n${close.map((name) => `\t${name}\n`).join('')}`;
}

/** Levenshtein's. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}

/** What a command is for, its subcommands and its flags. Ours: the real one's help is longer. */
export function helpText({ path, command, children }: Found): string {
  const names = Object.keys(children);
  const width = names.reduce((most, name) => Math.max(most, name.length), 0);
  const listed = names.map((name) => `  ${name.padEnd(width)}   ${children[name]?.about ?? ''}\n`).join('');
  const line = ['kubectl', ...path].join(' ');
  const flags = (command?.flags ?? '')
    .split(/\s+/)
    .filter((flag) => flag !== '')
    .map((flag) => {
      const [names = ''] = flag.split(/[:=]/);
      const [long = '', short] = names.split('/').reverse() as [string, string?];
      return `  ${short === undefined ? '    ' : `-${short}, `}--${long}\n`;
    })
    .join('');
  return [
    names.length > 0 ? `Available Commands:\n${listed}\n` : '',
    flags === '' ? '' : `Options:\n${flags}\n`,
    `Usage:\n  ${line}${names.length > 0 ? ' [command]' : ''} [flags] [options]\n`,
  ].join('');
}
