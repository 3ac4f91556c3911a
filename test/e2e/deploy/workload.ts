import type { KubeObject } from './kube-check.ts';

/** What we look at of a StatefulSet or a Deployment; whether the rest is in order is what `KubeCheck` judges. */
export interface Workload extends KubeObject {
  readonly spec: {
    readonly selector: { readonly matchLabels: Labels };
    readonly template: { readonly metadata: { readonly labels: Labels }; readonly spec: PodSpec };
    readonly volumeClaimTemplates?: readonly { readonly metadata: { readonly name: string } }[];
  };
}

export interface PodSpec {
  readonly serviceAccountName: string;
  readonly automountServiceAccountToken: boolean;
  readonly terminationGracePeriodSeconds: number;
  readonly containers: readonly Container[];
  readonly volumes?: readonly { readonly name: string; readonly secret?: { readonly secretName: string } }[];
}

export interface Container {
  readonly name: string;
  readonly args?: readonly string[];
  readonly env?: readonly { readonly name: string }[];
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[];
  readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string }[];
  readonly startupProbe?: Probe;
  readonly livenessProbe?: Probe;
  readonly readinessProbe?: Probe;
}

export interface Probe {
  readonly httpGet?: { readonly path: string; readonly port: string | number };
  readonly tcpSocket?: { readonly port: string | number };
  readonly exec?: { readonly command: readonly string[] };
}

type Labels = Readonly<Record<string, string>>;

export function findWorkload(objects: readonly KubeObject[]): Workload {
  const found = objects.filter(({ kind }) => kind === 'StatefulSet' || kind === 'Deployment');
  if (found.length !== 1) throw new Error(`${found.length} workloads, not one`);
  return found[0] as Workload;
}

/** The container that runs Pushgate, among those beside it. */
export function findContainer(objects: readonly KubeObject[]): Container {
  const container = findWorkload(objects).spec.template.spec.containers.find(({ name }) => /^push(gate|gateway)$/.test(name));
  if (container === undefined) throw new Error('no container of Pushgate');
  return container;
}

/** What does not fit together among objects that are each in order: what selects nothing, ports and volumes that are not there. Sentences. */
export function findMisfits(objects: readonly KubeObject[]): string[] {
  const workload = findWorkload(objects);
  const { labels } = workload.spec.template.metadata;
  const flaws = [...findContainerMisfits(workload), ...findSecretMisfits(workload, objects)];
  if (!matches(labels, workload.spec.selector.matchLabels)) flaws.push('the workload does not select its own pods');
  for (const object of objects) {
    const selector = podSelectorOf(object);
    if (selector !== null && !matches(labels, selector)) flaws.push(`${object.kind} ${object.metadata.name} selects no pod of ours`);
    flaws.push(...findPortMisfits(object, objects, findContainer(objects)));
  }
  const account = workload.spec.template.spec.serviceAccountName;
  const accounts = objects.filter(({ kind }) => kind === 'ServiceAccount').map(({ metadata }) => metadata.name);
  if (accounts.length > 0 && !accounts.includes(account)) flaws.push(`there is no ServiceAccount ${account}`);
  return flaws;
}

/** Every label of the selector, and at least one: an empty selector takes everything. */
function matches(labels: Labels, selector: Labels): boolean {
  const wanted = Object.entries(selector);
  return wanted.length > 0 && wanted.every(([name, value]) => labels[name] === value);
}

function podSelectorOf(object: KubeObject): Labels | null {
  const spec = object['spec'] as
    { readonly selector?: Labels & { readonly matchLabels?: Labels }; readonly podSelector?: { readonly matchLabels: Labels } } | undefined;
  switch (object.kind) {
    case 'Service':
      return spec?.selector ?? {};
    case 'PodDisruptionBudget':
      return spec?.selector?.matchLabels ?? {};
    case 'NetworkPolicy':
      return spec?.podSelector?.matchLabels ?? {};
    default:
      return null;
  }
}

function findContainerMisfits(workload: Workload): string[] {
  const { template, volumeClaimTemplates = [] } = workload.spec;
  const volumes = [...(template.spec.volumes ?? []).map(({ name }) => name), ...volumeClaimTemplates.map(({ metadata }) => metadata.name)];
  const flaws: string[] = [];
  const mounted = new Set<string>();
  for (const container of template.spec.containers) {
    for (const { name } of container.volumeMounts ?? []) {
      mounted.add(name);
      if (!volumes.includes(name)) flaws.push(`${container.name} mounts ${name}, which is no volume`);
    }
    for (const probe of [container.startupProbe, container.livenessProbe, container.readinessProbe]) {
      const port = probe?.httpGet?.port ?? probe?.tcpSocket?.port;
      if (port !== undefined && !hasPort(container, port))
        flaws.push(`a probe of ${container.name} asks on port ${port}, which it does not have`);
    }
  }
  return [...flaws, ...volumes.filter((name) => !mounted.has(name)).map((name) => `nobody mounts ${name}`)];
}

function findSecretMisfits(workload: Workload, objects: readonly KubeObject[]): string[] {
  const made = objects.filter(({ kind }) => kind === 'Secret').map(({ metadata }) => metadata.name);
  const wanted = (workload.spec.template.spec.volumes ?? []).flatMap(({ secret }) => secret?.secretName ?? []);
  return made.length === 0 ? [] : wanted.filter((name) => !made.includes(name)).map((name) => `there is no Secret ${name}`);
}

interface ServiceSpec {
  readonly ports: readonly { readonly name: string; readonly port: number; readonly targetPort: string | number }[];
}

function findPortMisfits(object: KubeObject, objects: readonly KubeObject[], container: Container): string[] {
  const name = `${object.kind} ${object.metadata.name}`;
  switch (object.kind) {
    case 'Service': {
      const { ports } = object['spec'] as ServiceSpec;
      return ports
        .filter(({ targetPort }) => !hasPort(container, targetPort))
        .map(({ targetPort }) => `${name} leads to port ${targetPort}`);
    }
    case 'NetworkPolicy': {
      const { ingress } = object['spec'] as {
        readonly ingress: readonly { readonly ports: readonly { readonly port: string | number }[] }[];
      };
      const ports = ingress.flatMap((rule) => rule.ports.map(({ port }) => port));
      return ports.filter((port) => !hasPort(container, port)).map((port) => `${name} allows port ${port}`);
    }
    case 'ServiceMonitor':
      return findMonitorMisfits(object, objects);
    case 'Ingress':
    case 'HTTPRoute':
      return JSON.stringify(object['spec']).includes(`"${findService(objects).metadata.name}"`)
        ? []
        : [`${name} does not lead to the Service`];
    default:
      return [];
  }
}

function findMonitorMisfits(monitor: KubeObject, objects: readonly KubeObject[]): string[] {
  const { selector, endpoints } = monitor['spec'] as {
    readonly selector: { readonly matchLabels: Labels };
    readonly endpoints: readonly { readonly port: string }[];
  };
  const service = findService(objects);
  const { ports } = service['spec'] as ServiceSpec;
  const flaws = endpoints
    .filter(({ port }) => !ports.some(({ name }) => name === port))
    .map(({ port }) => `the ServiceMonitor scrapes port ${port}, which the Service does not have`);
  if (!matches(service.metadata.labels ?? {}, selector.matchLabels)) flaws.push('the ServiceMonitor does not select the Service');
  return flaws;
}

function findService(objects: readonly KubeObject[]): KubeObject {
  const service = objects.find(({ kind }) => kind === 'Service');
  if (service === undefined) throw new Error('no Service');
  return service;
}

function hasPort({ ports = [] }: Container, wanted: string | number): boolean {
  return ports.some(({ name, containerPort }) => name === wanted || containerPort === wanted);
}
