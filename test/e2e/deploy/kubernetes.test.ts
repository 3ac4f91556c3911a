import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { commandOf, needs } from '../../support/debian.ts';
import { leaveOut } from '../../support/left-out.ts';
import { useTemporaryFolder } from '../../support/temporary-folder.ts';
import { buildKubeCheck, render, type Rendering } from './kube-check.ts';
import { Pod } from './pod.ts';
import { findContainer, findMisfits, findWorkload } from './workload.ts';

const folder = useTemporaryFolder();
const kustomizations = path.join(import.meta.dirname, '..', '..', '..', 'deploy', 'kubernetes');
const names = ['base', 'overlays/memory-only', 'overlays/tls-auth', 'overlays/prometheus-operator'] as const;

const kubeCheck = await buildKubeCheck();
if (kubeCheck.kind === 'left out') leaveOut('the manifests of deploy/kubernetes', kubeCheck.reason);
else
  describe('deploy/kubernetes', () => {
    const renderings = new Map<string, Rendering>();
    const rendered = (name: (typeof names)[number]): Rendering => renderings.get(name) as Rendering;
    beforeAll(async () => {
      const answers = await render(kubeCheck, ...names.map((name) => ({ kustomization: path.join(kustomizations, name) })));
      names.forEach((name, i) => renderings.set(name, answers[i] as Rendering));
    }, 60_000);

    test.each(names)('%s is what the API server takes, may run under the restricted profile, and fits together', (name) => {
      const { error, problems, unrestricted, objects } = rendered(name);
      expect({ error, problems, unrestricted }).toEqual({ error: undefined, problems: [], unrestricted: [] });
      expect(findMisfits(objects)).toEqual([]);
      const { automountServiceAccountToken, terminationGracePeriodSeconds, containers } = findWorkload(objects).spec.template.spec;
      expect(automountServiceAccountToken).toBe(false);
      expect(terminationGracePeriodSeconds).toBeGreaterThanOrEqual(30);
      expect(containers[0]).toMatchObject({ resources: { requests: {}, limits: {} }, securityContext: { readOnlyRootFilesystem: true } });
    });

    test('the base has a volume, a budget, a policy and the annotations of plain scraping', () => {
      const { objects } = rendered('base');
      const kinds = objects.map(({ kind }) => kind).sort();
      expect(kinds).toEqual(['NetworkPolicy', 'PodDisruptionBudget', 'Service', 'ServiceAccount', 'StatefulSet']);
      expect(findWorkload(objects).spec.volumeClaimTemplates).toHaveLength(1);
      const service = objects.find(({ kind }) => kind === 'Service');
      expect(service?.metadata.annotations).toEqual({
        'prometheus.io/scrape': 'true',
        'prometheus.io/port': '9091',
        'prometheus.io/path': '/metrics',
      });
    });

    test('memory-only is a Deployment of one pod without a volume', () => {
      const workload = findWorkload(rendered('overlays/memory-only').objects);
      expect(workload).toMatchObject({ kind: 'Deployment', spec: { replicas: 1, strategy: { type: 'Recreate' } } });
      expect(workload.spec.template.spec.volumes).toBeUndefined();
    });

    test('the ServiceMonitor honours labels', () => {
      const monitor = rendered('overlays/prometheus-operator').objects.find(({ kind }) => kind === 'ServiceMonitor');
      expect(monitor).toMatchObject({ spec: { endpoints: [{ port: 'http', honorLabels: true }] } });
    });

    test.each(['base', 'overlays/memory-only'] as const)(
      'the server starts with the arguments of %s, and the probes find it',
      async (name) => {
        const pod = await Pod.start(findContainer(rendered(name).objects), { '/data': folder() });
        onTestFinished(() => void pod.server.stop());
        expect(await pod.probe()).toEqual({ startup: true, liveness: true, readiness: true });
      },
    );

    test.runIf(needs('openssl'))(
      'with TLS and passwords the server starts, the probes find it, and the example is read as it is',
      async () => {
        const certificate = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=pushgate'];
        execFileSync(commandOf('openssl'), [...certificate, '-days', '2', '-keyout', 'tls.key', '-out', 'tls.crt'], {
          cwd: folder(),
          stdio: 'ignore',
        });
        const example = readFileSync(path.join(kustomizations, 'overlays/tls-auth/web-config.example.yaml'), 'utf8');
        const config = example.replace('$2y$10$...', '$2b$04$eQJWhNi56QwkpJsOD3xkDe8pe1i2ONIYq1q/V7hTLmsRtM8R/15nS');
        writeFileSync(path.join(folder(), 'web-config.yaml'), config);
        const pod = await Pod.start(findContainer(rendered('overlays/tls-auth').objects), { '/data': folder(), '/etc/pushgate': folder() });
        onTestFinished(() => void pod.server.stop());
        expect(await pod.probe()).toEqual({ startup: true, liveness: true, readiness: true });
        expect(await pod.probe({ user: 'backup', password: 's3cret' })).toEqual({ startup: true, liveness: true, readiness: true });
        expect(await pod.probe({ user: 'backup', password: 'wrong' })).toEqual({ startup: false, liveness: true, readiness: false });
      },
    );

    test('what the checks shall find is found', async () => {
      const pod = (spec: string): string => `apiVersion: apps/v1
kind: Deployment
metadata: {name: a}
spec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: pushgate, image: x, ${spec}}]}}}
`;
      const [unknown, wrong, volume, misfit] = await render(
        kubeCheck,
        { manifest: pod('readinesProbe: {}') },
        { manifest: pod('imagePullPolicy: Sometimes') },
        { manifest: pod('volumeMounts: [{name: data, mountPath: /data}]') },
        {
          manifest: `${pod('ports: [{name: http, containerPort: 1}]')}---
apiVersion: v1
kind: Service
metadata: {name: a}
spec: {selector: {a: c}, ports: [{port: 9091, targetPort: web}]}
`,
        },
      );
      expect(unknown?.problems.join()).toContain('unknown field "spec.template.spec.containers[0].readinesProbe"');
      expect(wrong?.problems.join()).toContain('Unsupported value: "Sometimes"');
      expect(wrong?.unrestricted.join()).toContain('runAsNonRoot');
      expect(volume?.problems.join()).toContain('spec.template.spec.containers[0].volumeMounts[0].name: Not found: "data"');
      expect(findMisfits(misfit?.objects ?? [])).toEqual(['Service a selects no pod of ours', 'Service a leads to port web']);
    });
  });
