// Pushes with pushgate/client what each line of stdin asks for.
import { deleteGroup, push, pushAdd } from 'pushgate/client';
import { answerLines } from './answer-lines.mjs';
import { collect } from './metrics.mjs';

await answerLines(async ({ operation, url, user, password, metrics, job, labels }) => {
  const options = { url, job, labels, retries: 0, ...(user === '' ? {} : { basicAuth: { user, password } }) };
  if (operation === 'push') await push(collect(metrics), options);
  else if (operation === 'pushadd') await pushAdd(collect(metrics), options);
  else await deleteGroup(options);
});
