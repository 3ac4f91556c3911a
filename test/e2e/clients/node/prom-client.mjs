// Pushes with prom-client what each line of stdin asks for.
import { Pushgateway } from 'prom-client';
import { answerLines } from './answer-lines.mjs';
import { collect } from './metrics.mjs';

await answerLines(async ({ operation, url, user, password, metrics, job, labels }) => {
  const options = user === '' ? {} : { auth: `${user}:${password}` };
  const client = new Pushgateway(url, options, collect(metrics));
  const target = { jobName: job, groupings: labels };
  if (operation === 'push') await client.push(target);
  else if (operation === 'pushadd') await client.pushAdd(target);
  else await client.delete(target);
});
