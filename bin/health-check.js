#!/usr/bin/env node
import { runHealthCheck } from '../dist/cli/health-check.js';

await runHealthCheck(process.argv.slice(2), process.env);
