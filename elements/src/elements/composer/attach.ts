/** Files that go with a text: loaded when the first is wanted. */
export { Attachments, attachedStyles as styles } from '../../internal/attachments.ts';
