import { defineFailure, defineRefusal, type FailureKind, type RefusalKind } from '../base/errors.ts';

/** A configuration of the agent that says what it cannot. The status is never sent. */
export const badAgentConfig: RefusalKind = defineRefusal('PG_AGENT_CONFIG', 400);

/** The configuration of the agent, or a file with a secret, that cannot be read. */
export const agentFileFailure: FailureKind = defineFailure('PG_AGENT_FILE');

/** A collection that brought nothing. The agent says so and goes on. */
export const collectionFailure: FailureKind = defineFailure('PG_AGENT_COLLECTION');
