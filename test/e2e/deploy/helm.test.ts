import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { leaveOut } from '../../support/left-out.ts';
import { useTemporaryFolder } from '../../support/temporary-folder.ts';
import { buildKubeCheck, render, type KubeObject, type Rendering } from './kube-check.ts';
import { Pod } from './pod.ts';
import { findContainer, findMisfits, findWorkload } from './workload.ts';

type Values = Readonly<Record<string, unknown>>;

const folder = useTemporaryFolder();
const chart = path.join(import.meta.dirname, '..', '..', '..', 'deploy', 'helm', 'pushgate');

/** Values as people give them to prometheus-community/prometheus-pushgateway, by what they are for. */
const installations: Readonly<Record<string, Values>> = {
  'nothing at all': {},
  'a volume': { persistentVolume: { enabled: true, storageClass: '-', size: '1Gi' }, persistentVolumeLabels: { team: 'a' } },
  'a volume that exists': { persistentVolume: { enabled: true, existingClaim: 'old-claim', subPath: 'pushgateway' } },
  'a stateful set': { runAsStatefulSet: true },
  'a stateful set with a volume': { runAsStatefulSet: true, persistentVolume: { enabled: true, annotations: { a: 'b' } } },
  passwords: { webConfiguration: { basicAuthUsers: { backup: 's3cret', admin: 'x y' } }, serviceMonitor: { enabled: true } },
  'a web configuration in a secret': { webConfiguration: { existingSecret: { name: 'pushgateway-web-config' } }, runAsStatefulSet: true },
  'a service monitor': {
    serviceMonitor: {
      ...{ enabled: true, namespace: '', interval: '30s', scrapeTimeout: '10s', scheme: 'https', telemetryPath: '/push/metrics' },
      ...{ tlsConfig: { insecureSkipVerify: true }, basicAuth: { existingSecret: 'scraper' }, additionalLabels: { release: 'prometheus' } },
      relabelings: [{ sourceLabels: ['__meta_kubernetes_pod_node_name'], targetLabel: 'nodename', action: 'replace' }],
      metricRelabelings: [{ action: 'keep', regex: 'a.+', sourceLabels: ['__name__'] }],
    },
  },
  'a pod of its own kind': {
    ...{
      podAnnotations: { a: '1' },
      podLabels: { b: '2' },
      priorityClassName: 'high',
      nodeSelector: { disk: 'ssd' },
      podAntiAffinity: 'soft',
    },
    tolerations: [{ effect: 'NoSchedule', operator: 'Exists' }],
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['n'] }] }],
        },
      },
    },
    topologySpreadConstraints: [
      { maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'ScheduleAnyway', labelSelector: { matchLabels: { a: 'b' } } },
    ],
    hostAliases: [{ ip: '127.0.0.1', hostnames: ['foo.local'] }],
    ...{ resources: { limits: { memory: '50Mi' } }, lifecycle: { preStop: { exec: { command: ['node', '-e', '0'] } } } },
    extraVars: [{ name: 'TZ', value: 'UTC' }],
    ...{ global: { imageRegistry: 'mirror.example', imagePullSecrets: [{ name: 'pull' }] }, image: { tag: 'v1' } },
  },
  'containers beside it': {
    extraArgs: ['--web.enable-admin-api', '--persistence.file=/data/pushgateway.data', '--persistence.interval=5m'],
    extraInitContainers: [{ name: 'init', image: 'x', securityContext: restricted() }],
    extraContainers: [{ name: 'proxy', image: 'x', ports: [{ name: 'proxy', containerPort: 9092 }], securityContext: restricted() }],
    extraVolumes: [{ name: 'extra', emptyDir: {} }],
    extraVolumeMounts: [{ name: 'extra', mountPath: '/usr/share/extras', readOnly: true }],
  },
  'ways in': {
    service: { type: 'NodePort', nodePort: 32100, port: 80, ipDualStack: { enabled: true } },
    ...{ serviceAnnotations: { 'prometheus.io/probe': 'pushgateway' }, serviceLabels: { foo: 'bar' } },
    ingress: {
      enabled: true,
      className: 'nginx',
      hosts: ['push.example.org'],
      tls: [{ secretName: 't', hosts: ['push.example.org'] }],
      annotations: { a: 'b' },
    },
    route: { main: { enabled: true, parentRefs: [{ name: 'contour' }], hostnames: ['{{ .Release.Name }}.example.org'] } },
    networkPolicy: { customSelectors: [{ namespaceSelector: { matchLabels: { type: 'admin' } } }] },
    podDisruptionBudget: { maxUnavailable: 1 },
  },
  names: {
    fullnameOverride: 'gateway',
    namespaceOverride: 'other',
    serviceAccount: { name: 'pusher', annotations: { a: 'b' } },
    networkPolicy: { allowAll: true },
  },
  'further objects': {
    extraManifests: [
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: '{{ include "prometheus-pushgateway.fullname" . }}-x' }, data: { a: 'b' } },
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: other, namespace: "{{ include "prometheus-pushgateway.namespace" . }}"}\n',
    ],
  },
};

/** What the chart does not do, and the word in which it says why. */
const refusals: readonly (readonly [Values, string])[] = [
  [{ replicaCount: 2 }, 'each replica would get a part of the pushes'],
  [{ image: { repository: 'quay.io/prometheus/pushgateway' } }, 'that is the image of the reference'],
  [{ istioGateway: { enabled: true } }, 'put the VirtualService into extraManifests'],
  [{ persistentVolume: { enabled: true }, strategy: { type: 'RollingUpdate' } }, 'set strategy.type to Recreate'],
  [{ webConfiguration: { basicAuthUsers: {} } }, 'give basicAuthUsers or existingSecret.name'],
  [{ webConfiguration: { basicAuthUsers: { a: 'b' }, existingSecret: { name: 'c' } } }, 'not both'],
  [{ webConfiguration: { basicAuthUsers: { a: 'b' } }, extraArgs: ['--web.config.file=/x'] }, '--web.config.file is in extraArgs, too'],
  [{ networkPolicy: { allowAll: false } }, 'give allowAll: true or customSelectors'],
  [{ ingress: { enabled: true } }, 'ingress.hosts: give at least one'],
  [{ persistantVolume: { enabled: true } }, "additional properties 'persistantVolume' not allowed"],
  [{ serviceMonitor: { honorLabel: true } }, "additional properties 'honorLabel' not allowed"],
  [{ service: { type: 'Loadbalancer' } }, 'must be one of'],
];

const kubeCheck = await buildKubeCheck();
if (kubeCheck.kind === 'left out') leaveOut('the chart of deploy/helm', kubeCheck.reason);
else
  describe('deploy/helm/pushgate', () => {
    const renderings = new Map<string, Rendering>();
    beforeAll(async () => {
      const answers = await renderChart(...Object.values(installations));
      Object.keys(installations).forEach((name, i) => renderings.set(name, answers[i] as Rendering));
    }, 60_000);

    const renderChart = (...values: readonly Values[]): Promise<readonly Rendering[]> =>
      render(kubeCheck, ...values.map((each) => ({ chart, release: 'my-release', namespace: 'push', values: each })));
    const objectsOf = (name: keyof typeof installations): readonly KubeObject[] => (renderings.get(name) as Rendering).objects;
    const find = (name: keyof typeof installations, kind: string): KubeObject | undefined =>
      objectsOf(name).find((object) => object.kind === kind);

    test.each(Object.keys(installations))('with %s it is what the API server takes, restricted, and fits together', (name) => {
      const { error, problems, unrestricted, objects } = renderings.get(name) as Rendering;
      expect({ error, problems, unrestricted }).toEqual({ error: undefined, problems: [], unrestricted: [] });
      expect(findMisfits(objects)).toEqual([]);
      expect(JSON.stringify(objects)).not.toContain('<no value>');
    });

    test.each(refusals)('%j is refused, with the reason', async (values, reason) => {
      const [rendering] = await renderChart(values);
      expect(rendering?.error).toContain(reason);
    });

    test('by default the names, labels and selectors are those of the old chart', () => {
      const workload = findWorkload(objectsOf('nothing at all'));
      const selector = { 'app.kubernetes.io/name': 'prometheus-pushgateway', 'app.kubernetes.io/instance': 'my-release' };
      expect(workload).toMatchObject({
        kind: 'Deployment',
        metadata: { name: 'my-release-prometheus-pushgateway', namespace: 'push' },
        spec: { replicas: 1, strategy: { type: 'Recreate' }, selector: { matchLabels: selector } },
      });
      expect(
        objectsOf('nothing at all')
          .map(({ kind, metadata }) => `${kind} ${metadata.name}`)
          .sort(),
      ).toEqual([
        'Deployment my-release-prometheus-pushgateway',
        'Service my-release-prometheus-pushgateway',
        'ServiceAccount my-release-prometheus-pushgateway',
      ]);
      expect(find('nothing at all', 'Service')).toMatchObject({
        spec: { type: 'ClusterIP', selector, ports: [{ name: 'http', port: 9091, targetPort: 9091 }] },
      });
      expect(find('a volume', 'PersistentVolumeClaim')).toMatchObject({
        metadata: { name: 'my-release-prometheus-pushgateway', labels: { team: 'a' } },
        spec: { storageClassName: '', resources: { requests: { storage: '1Gi' } } },
      });
      expect(find('a stateful set with a volume', 'StatefulSet')).toMatchObject({
        spec: { serviceName: 'my-release-prometheus-pushgateway', volumeClaimTemplates: [{ metadata: { name: 'storage-volume' } }] },
      });
      expect(find('a stateful set', 'Service')).toMatchObject({ spec: { clusterIP: 'None' } });
      expect(find('names', 'Deployment')).toMatchObject({ metadata: { name: 'gateway', namespace: 'other' } });
    });

    test('values arrive where they belong', () => {
      expect(find('a service monitor', 'ServiceMonitor')).toMatchObject({
        metadata: { namespace: 'push', labels: { release: 'prometheus' } },
        spec: {
          namespaceSelector: { matchNames: ['push'] },
          endpoints: [
            {
              ...{ honorLabels: true, interval: '30s', scrapeTimeout: '10s', scheme: 'https', path: '/push/metrics' },
              basicAuth: { username: { name: 'scraper', key: 'user' }, password: { name: 'scraper', key: 'password' } },
            },
          ],
        },
      });
      expect(find('passwords', 'ServiceMonitor')).toMatchObject({
        metadata: { namespace: 'monitoring' },
        spec: { endpoints: [{ basicAuth: { username: { name: 'my-release-prometheus-pushgateway-basic-auth' } } }] },
      });
      const pod = findWorkload(objectsOf('a pod of its own kind')).spec.template;
      expect(pod).toMatchObject({
        metadata: { labels: { b: '2' }, annotations: { a: '1' } },
        spec: {
          ...{ priorityClassName: 'high', nodeSelector: { disk: 'ssd' }, imagePullSecrets: [{ name: 'pull' }] },
          affinity: { nodeAffinity: {}, podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100 }] } },
          containers: [
            { image: 'mirror.example/pushgate:v1', resources: { limits: { memory: '50Mi' } }, env: [{ name: 'TZ', value: 'UTC' }] },
          ],
        },
      });
      expect(find('ways in', 'Service')).toMatchObject({ spec: { ports: [{ port: 80, nodePort: 32100 }] } });
      expect(find('ways in', 'HTTPRoute')).toMatchObject({ spec: { hostnames: ['my-release.example.org'] } });
      expect(
        objectsOf('further objects')
          .filter(({ kind }) => kind === 'ConfigMap')
          .map(({ metadata }) => metadata),
      ).toMatchObject([{ name: 'my-release-prometheus-pushgateway-x' }, { name: 'other', namespace: 'push' }]);
    });

    test('the schema knows every value of values.yaml, and nothing else', () => {
      const schema = JSON.parse(readFileSync(path.join(chart, 'values.schema.json'), 'utf8')) as { readonly properties: object };
      const values = parse(readFileSync(path.join(chart, 'values.yaml'), 'utf8')) as object;
      expect(
        Object.keys(schema.properties)
          .filter((name) => name !== 'istioGateway')
          .sort(),
      ).toEqual(Object.keys(values).sort());
    });

    test.each(['nothing at all', 'a volume', 'a volume that exists', 'a stateful set with a volume', 'containers beside it', 'ways in'])(
      'the server starts with the arguments for %s, and the probes find it',
      async (name) => {
        const pod = await Pod.start(findContainer(objectsOf(name)), { '/data': folder() });
        onTestFinished(() => void pod.server.stop());
        expect(await pod.probe()).toEqual({ startup: true, liveness: true, readiness: true });
      },
    );

    test('the probes find a server with passwords, and those of the secret open it', async () => {
      const secret = find('passwords', 'Secret')?.['data'] as Readonly<Record<string, string>>;
      const read = (key: string): string => Buffer.from(secret[key] ?? '', 'base64').toString();
      writeFileSync(path.join(folder(), 'web-config.yaml'), read('web-config.yaml'));
      const pod = await Pod.start(findContainer(objectsOf('passwords')), { '/etc/config': folder() });
      onTestFinished(() => void pod.server.stop());
      expect(await pod.probe({ user: read('probe-user'), password: read('probe-password') })).toEqual({
        startup: true,
        liveness: true,
        readiness: true,
      });
      const answer = async (credentials: string): Promise<number> =>
        (await fetch(`${pod.server.url}/-/ready`, { headers: { Authorization: `Basic ${Buffer.from(credentials).toString('base64')}` } }))
          .status;
      expect([await answer('backup:s3cret'), await answer('admin:x y'), await answer('admin:x')]).toEqual([200, 200, 401]);
      expect(JSON.stringify(findWorkload(objectsOf('passwords')))).not.toContain('s3cret');
    });

    test('the probes find a server with a route prefix, and one on another port', async () => {
      const [prefixed, moved] = await renderChart(
        { extraArgs: ['--web.route-prefix=/push'] },
        { extraArgs: ['--web.listen-address', ':9095'], service: { targetPort: 9095 } },
      );
      const pod = await Pod.start(findContainer(prefixed?.objects ?? []));
      onTestFinished(() => void pod.server.stop());
      expect(await pod.probe()).toEqual({ startup: true, liveness: true, readiness: true });
      expect(prefixed?.notes).toContain('http://localhost:9091/push/metrics/job/try');
      expect(findContainer(moved?.objects ?? []).ports).toEqual([{ name: 'metrics', containerPort: 9095, protocol: 'TCP' }]);
      expect(findMisfits(moved?.objects ?? [])).toEqual([]);
    });
  });

/** What the restricted profile wants of every container. */
function restricted(): Values {
  return { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } };
}
