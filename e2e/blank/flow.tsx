// What `bench:page` measures the page against: React Flow with as many boxes and lines as the stage, and nothing else.
import { type Edge, type Node, ReactFlow } from '@xyflow/react';
import '@xyflow/react/dist/style.css';
import { createRoot } from 'react-dom/client';

const BOXES = 160;
const COLUMNS = 16;

const nodes: Node[] = Array.from({ length: BOXES }, (_, i) => ({
  id: String(i),
  position: { x: (i % COLUMNS) * 88, y: Math.floor(i / COLUMNS) * 68 },
  width: 76,
  height: 40,
  data: { label: `box ${i}` },
}));
const edges: Edge[] = nodes.slice(1).map(({ id }) => ({ id: `0-${id}`, source: '0', target: id }));

const root = document.getElementById('root');
if (root !== null) createRoot(root).render(<ReactFlow nodes={nodes} edges={edges} defaultViewport={{ x: 8, y: 8, zoom: 1 }} />);
