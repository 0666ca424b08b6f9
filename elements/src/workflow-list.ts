import { WorkflowList } from './elements/workflow-list/workflow-list.ts';
import { Provider } from './elements/provider/provider.ts';
import { PREFIX } from './prefix.ts';
import { register } from './register.ts';

register(PREFIX, [Provider, WorkflowList]);

export { WorkflowList };

declare global {
  interface HTMLElementTagNameMap {
    'patchbay-workflow-list': WorkflowList;
  }
}
