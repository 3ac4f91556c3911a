import { defineFailure, type FailureKind } from '../base/errors.ts';

/** A configuration of the agent, or a file that it names, that cannot be used. */
export const agentConfigFailure: FailureKind = defineFailure('PG_AGENT_CONFIG');

/** A collection that brought nothing. The agent says so and goes on. */
export const collectionFailure: FailureKind = defineFailure('PG_AGENT_COLLECTION');
