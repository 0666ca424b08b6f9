/** `@patchbay/server-kit/workflow`: definitions for whoever writes, checks or shows them. No I/O; it runs in a browser as well. */
export * from './index.ts';
export {
  workflow,
  WorkflowError,
  type WorkflowFrame,
  type WorkflowSteps,
  type WrittenStep,
} from './builder.ts';
export { checkSource, readSource, writeSource, type Source, type SourceFormat } from './source.ts';
export { definitionSchema } from './json-schema.ts';
export {
  stepId,
  duration,
  timeOfDay,
  template,
  tagName,
  stageName,
  fieldName,
  assetKey,
  address,
} from './primitives.ts';
