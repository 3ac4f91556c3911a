import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { readRepository } from './tree.ts';

const repository = readRepository();
const read = (file: string): string => repository.get(file) ?? '';

test('the image, the manifests and the chart are of the version of the package', () => {
  const { version } = JSON.parse(read('package.json')) as { readonly version: string };
  const { appVersion } = parse(read('deploy/helm/pushgate/Chart.yaml')) as { readonly appVersion: string };
  const { images } = parse(read('deploy/kubernetes/base/kustomization.yaml')) as {
    readonly images: readonly { readonly newTag: string }[];
  };
  const imageVersion = /^ARG VERSION=(.*)$/m.exec(read('deploy/docker/Dockerfile'))?.[1];
  expect({ appVersion, newTag: images[0]?.newTag, imageVersion }).toEqual({ appVersion: version, newTag: version, imageVersion: version });
});

test('the page of the chart tells of every value that its schema knows', () => {
  const { properties } = JSON.parse(read('deploy/helm/pushgate/values.schema.json')) as { readonly properties: object };
  const page = read('deploy/helm/pushgate/README.md');
  const isNamed = (value: string): boolean => page.includes(`\`${value}\``) || page.includes(`\`${value}.`);
  expect(Object.keys(properties).filter((value) => !isNamed(value))).toEqual([]);
});
