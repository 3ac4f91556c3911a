// Pushes per second: which bodies, in what form, to how many groups, and which servers are asked.
import { encodeBodies, makeBodies } from './bodies.mjs';
import { groupSamples } from './plans.mjs';
import { measurePushes } from './push-load.mjs';
import { makeFolder, startServer } from './servers.mjs';
import { startFilled } from './stored-groups.mjs';

const everyServer = ['pushgate', 'reference', 'unchecked', 'victoria', 'bare'];
const gateways = ['pushgate', 'reference', 'unchecked'];
const durableConnections = 64;
const freshEvery = 10;

const encodedBodies = new Map();

export const pushWorkloads = [
  pushWorkload('push 50', everyServer),
  pushWorkload('push 1', everyServer, { samples: 1 }),
  pushWorkload('push 1000', everyServer, { samples: 1000 }),
  pushWorkload('push 50 protobuf', [...gateways, 'bare'], { form: 'protobuf' }),
  pushWorkload('push 1000 protobuf', [...gateways, 'bare'], { samples: 1000, form: 'protobuf' }),
  pushWorkload('push 50 gzip', [...gateways, 'bare'], { form: 'gzip' }),
  pushWorkload('push 50 fresh', ['pushgate', 'victoria', 'bare'], { freshEvery }),
  pushWorkload('push 50 of few', ['pushgate'], { stored: 'few', targets: 'few' }),
  pushWorkload('push 50 of most', ['pushgate'], { stored: 'most', targets: 'few' }),
  pushWorkload('push 50 over most', ['pushgate'], { stored: 'most', targets: 'most' }),
  ...[1, 50, 1000].flatMap((samples) => [
    pushWorkload(`push ${samples} into none`, gateways, { samples, stored: 'none', targets: 'few' }),
    // With checks the reference answers such a push in seconds.
    pushWorkload(`push ${samples} into many`, ['pushgate', 'unchecked'], { samples, stored: 'many', targets: 'few' }),
  ]),
  { name: 'durable', servers: ['pushgate'], measure: measureDurable },
];

/** `key` is what the figures are filed under: pushes per second, after a warm-up that also makes sure that every group is there. */
function pushWorkload(key, servers, { samples = groupSamples, form = 'text', stored = 'usual', targets = 'usual', ...load } = {}) {
  return {
    name: key,
    servers,
    async measure(name, { groups, seconds, warmSeconds }) {
      const server = await startFilled(name, groups[stored]);
      try {
        const asked = { ...load, groupCount: groups[targets], encoded: await bodiesOf(samples, form) };
        if (warmSeconds > 0) await measurePushes(server, { ...asked, seconds: warmSeconds });
        const { perSecond } = await measurePushes(server, { ...asked, seconds });
        return { [key]: [perSecond] };
      } finally {
        await server.stop();
      }
    },
  };
}

/** Pushes that are on the disk before they are answered, and the same in memory. */
async function measureDurable(name, { groups, seconds, warmSeconds, round }) {
  const modes = [
    ['durable memory', []],
    ['durable disk', [`--persistence.file=${makeFolder()}/bench.mdb`]],
  ];
  const measured = {};
  for (const [key, flags] of round % 2 === 0 ? modes : modes.toReversed()) {
    const server = await startServer(name, flags);
    try {
      const load = { groupCount: groups.usual, encoded: await bodiesOf(groupSamples, 'text'), connectionCount: durableConnections };
      if (warmSeconds > 0) await measurePushes(server, { ...load, seconds: warmSeconds });
      const { perSecond } = await measurePushes(server, { ...load, seconds });
      measured[key] = [perSecond];
    } finally {
      await server.stop();
    }
  }
  return measured;
}

function bodiesOf(samples, form) {
  const key = `${samples} ${form}`;
  if (!encodedBodies.has(key)) encodedBodies.set(key, encodeBodies(makeBodies(samples), form));
  return encodedBodies.get(key);
}
