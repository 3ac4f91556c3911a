// What only the page and its like ask for: loaded together, with the first of their requests.
export { createGroupHandler } from './handle-group.ts';
export { createBulkDeleteHandler, createGroupsHandler } from './handle-groups.ts';
export { createLabelNamesHandler, createLabelValuesHandler } from './handle-labels.ts';
export { createLintHandler } from './handle-lint.ts';
export { createServerHandler } from './handle-server.ts';
