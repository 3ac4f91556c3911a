import { defineFailure, defineRefusal, type FailureKind, type RefusalKind } from '../base/errors.ts';

/** A command line that cannot be followed: printed with a hint at `--help`, exit code 1. The status is never sent. */
export const badCommandLine: RefusalKind = defineRefusal('PG_COMMAND_LINE', 400);

/** A native add-on that a single-file executable carries and cannot load. */
export const addonUnusable: FailureKind = defineFailure('PG_ADDON_UNUSABLE');
