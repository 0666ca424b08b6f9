export { wakeWorkflows } from './enroll.ts';
