// What framer-motion needs for panels, loaded after the first paint.
export { domAnimation as default } from 'framer-motion';
