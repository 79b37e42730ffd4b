// Prefers nodes that already have the pod's larger images. Models plugins/imagelocality/image_locality.go.
import type { Pod } from '../../../../machinery/types';
import { type Cluster, MAX_NODE_SCORE, type Plugin } from '../plugin';
import type { PodInfo } from '../pod-info';

const MIB = 1024 * 1024;
const MIN_THRESHOLD = 23 * MIB;
const MAX_THRESHOLD_PER_CONTAINER = 1000 * MIB;

export const imageLocality: Plugin = {
  name: 'ImageLocality',
  preScore: ({ pod }: PodInfo, cluster: Cluster) => {
    const images = imagesOf(pod).map(fullName);
    const containers = (pod.spec?.initContainers?.length ?? 0) + (pod.spec?.containers?.length ?? 0);
    const most = MAX_THRESHOLD_PER_CONTAINER * containers;
    return {
      score: ({ name }) => {
        let sum = 0;
        for (const image of images) {
          const state = cluster.image(image);
          if (state?.nodes.has(name)) sum += Math.trunc(state.sizeBytes * (state.nodes.size / cluster.nodes.length));
        }
        const bounded = Math.min(Math.max(sum, MIN_THRESHOLD), most);
        return containers === 0 ? 0 : Math.trunc((MAX_NODE_SCORE * (bounded - MIN_THRESHOLD)) / (most - MIN_THRESHOLD));
      },
    };
  },
};

function imagesOf({ spec }: Pod): string[] {
  const volumes = (spec?.volumes ?? []) as readonly { readonly image?: { readonly reference?: string } }[];
  return [
    ...(spec?.initContainers ?? []).map(({ image }) => image),
    ...(spec?.containers ?? []).map(({ image }) => image),
    ...volumes.flatMap(({ image }) => (image?.reference ? [image.reference] : [])),
  ];
}

/** `nginx` -> `nginx:latest`. A node lists its images under full names. */
const fullName = (image: string): string => (image.lastIndexOf(':') <= image.lastIndexOf('/') ? `${image}:latest` : image);
