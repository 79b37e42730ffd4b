// The only file that knows React Flow: boxes and lines at fixed places in a view that pans and zooms.
// Everything that changes while a message plays is drawn by the boxes themselves or by the overlay.
import {
  BaseEdge,
  type EdgeProps,
  type Edge as FlowEdge,
  type Node as FlowNode,
  Handle,
  type NodeProps,
  Position,
  ReactFlow,
  type ReactFlowInstance,
} from '@xyflow/react';
import '@xyflow/react/dist/base.css';
import { type ComponentType, memo, useMemo } from 'react';
import type { Layout } from '../../layout';
import type { Edge, Frame, Place } from '../../places';
import type { View } from '../render';
import css from './flow.module.css';

export interface Parts {
  readonly Box: ComponentType<{ readonly place: Place }>;
  readonly Group: ComponentType<{ readonly frame: Frame }>;
  readonly Line: ComponentType<{ readonly edge: Edge }>;
  readonly Legend: ComponentType;
}
export interface FlowHandle {
  setView(view: View, durationMs: number): void;
}
interface FlowOptions {
  readonly layout: Layout;
  readonly parts: Parts;
  readonly start: View;
  readonly zooms: { readonly min: number; readonly max: number };
  readonly onReady: (handle: FlowHandle) => void;
  /** `byHand`: a person moves it. */
  readonly onView: (view: View, byHand: boolean) => void;
  readonly onGround: () => void;
}

type BoxNode = FlowNode<{ readonly place: Place; readonly Box: Parts['Box'] }, 'box'>;
type GroupNode = FlowNode<{ readonly frame: Frame; readonly Group: Parts['Group'] }, 'frame'>;
type LegendNode = FlowNode<{ readonly Legend: Parts['Legend'] }, 'legend'>;
type LineEdge = FlowEdge<{ readonly edge: Edge; readonly Line: Parts['Line'] }, 'way'>;

/** Lines are drawn along their own ways; React Flow only wants to know that they are tied to something. */
const Ties = () => (
  <>
    <Handle type="source" position={Position.Right} isConnectable={false} className={css.tie} />
    <Handle type="target" position={Position.Left} isConnectable={false} className={css.tie} />
  </>
);
const NODE_TYPES = {
  box: memo(({ data: { place, Box } }: NodeProps<BoxNode>) => (
    <>
      <Box place={place} />
      <Ties />
    </>
  )),
  frame: memo(({ data: { frame, Group } }: NodeProps<GroupNode>) => <Group frame={frame} />),
  legend: memo(({ data: { Legend } }: NodeProps<LegendNode>) => <Legend />),
};
const EDGE_TYPES = {
  way: memo(({ data }: EdgeProps<LineEdge>) => (data === undefined ? <BaseEdge path="" /> : <data.Line edge={data.edge} />)),
};
/** Lines are told in words elsewhere. */
const UNHEARD = { 'aria-hidden': true } as const;
const QUIET = {
  nodesDraggable: false,
  nodesConnectable: false,
  nodesFocusable: false,
  edgesFocusable: false,
  elementsSelectable: false,
  zoomOnDoubleClick: false,
  disableKeyboardA11y: true,
  deleteKeyCode: null,
  selectionKeyCode: null,
  multiSelectionKeyCode: null,
  zoomActivationKeyCode: null,
  panActivationKeyCode: null,
} as const;

export const Flow = memo(function Flow({ layout, parts, start, zooms, onReady, onView, onGround }: FlowOptions) {
  const nodes = useMemo(() => nodesOf(layout, parts), [layout, parts]);
  const edges = useMemo(() => edgesOf(layout, parts), [layout, parts]);
  return (
    <ReactFlow<BoxNode | GroupNode | LegendNode, LineEdge>
      {...QUIET}
      className={css.flow ?? ''}
      nodes={nodes}
      edges={edges}
      nodeTypes={NODE_TYPES}
      edgeTypes={EDGE_TYPES}
      defaultViewport={start}
      minZoom={zooms.min}
      maxZoom={zooms.max}
      role="presentation"
      onInit={(instance) => onReady(handleOf(instance))}
      onMove={(event, view) => onView(view, event !== null)}
      onPaneClick={onGround}
    />
  );
});

const handleOf = (
  instance: Pick<ReactFlowInstance<never, never>, 'setViewport'> | ReactFlowInstance<BoxNode | GroupNode | LegendNode, LineEdge>,
): FlowHandle => ({
  setView: (view, durationMs) => void instance.setViewport({ ...view }, durationMs > 0 ? { duration: durationMs } : {}),
});

function nodesOf(layout: Layout, { Box, Group, Legend }: Parts): (BoxNode | GroupNode | LegendNode)[] {
  const at = ({ x, y, w, h }: Place['rect']) => ({ position: { x, y }, width: w, height: h });
  return [
    ...layout.frames.map((frame): GroupNode => ({ id: frame.id, type: 'frame', ...at(frame.rect), data: { frame, Group }, zIndex: -1 })),
    ...layout.places.map(
      (place): BoxNode => ({ id: place.id, type: 'box', ...at(place.rect), data: { place, Box }, zIndex: place.kind === 'part' ? 2 : 1 }),
    ),
    { id: 'legend', type: 'legend', ...at(layout.legend), data: { Legend } },
  ];
}

const edgesOf = (layout: Layout, { Line }: Parts): LineEdge[] =>
  layout.edges.map((edge) => ({ id: edge.id, source: edge.a, target: edge.b, type: 'way', data: { edge, Line }, domAttributes: UNHEARD }));
