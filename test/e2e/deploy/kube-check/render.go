package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
	"sort"
	"strings"

	"helm.sh/helm/v3/pkg/chart/loader"
	"helm.sh/helm/v3/pkg/chartutil"
	"helm.sh/helm/v3/pkg/engine"
	"k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
)

// render gives the documents of a request, and the notes of a chart.
func render(request Request) (manifests []string, notes string, err error) {
	switch {
	case request.Chart != "":
		return renderChart(request)
	case request.Kustomization != "":
		text, err := renderKustomization(request.Kustomization)
		if err != nil {
			return nil, "", err
		}
		manifests, err = splitDocuments(text)
		return manifests, "", err
	default:
		manifests, err = splitDocuments(request.Manifest)
		return manifests, "", err
	}
}

// renderChart does what `helm install --dry-run` does, the check of the values by the chart's schema included.
func renderChart(request Request) (manifests []string, notes string, err error) {
	chart, err := loader.Load(request.Chart)
	if err != nil {
		return nil, "", err
	}
	release := chartutil.ReleaseOptions{Name: request.Release, Namespace: request.Namespace, Revision: 1, IsInstall: true}
	values, err := chartutil.ToRenderValues(chart, request.Values, release, nil)
	if err != nil {
		return nil, "", err
	}
	files, err := engine.Render(chart, values)
	if err != nil {
		return nil, "", err
	}
	names := make([]string, 0, len(files))
	for name := range files {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		if path.Base(name) == "NOTES.txt" {
			notes = files[name]
			continue
		}
		documents, err := splitDocuments(files[name])
		if err != nil {
			return nil, "", fmt.Errorf("%s: %w", name, err)
		}
		manifests = append(manifests, documents...)
	}
	return manifests, notes, nil
}

func renderKustomization(folder string) (string, error) {
	resources, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(filesys.MakeFsOnDisk(), folder)
	if err != nil {
		return "", err
	}
	text, err := resources.AsYaml()
	return string(text), err
}

// splitDocuments leaves out documents that hold nothing but comments.
func splitDocuments(text string) ([]string, error) {
	reader := yaml.NewYAMLReader(bufio.NewReader(bytes.NewBufferString(text)))
	var documents []string
	for {
		document, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return documents, nil
		}
		if err != nil {
			return nil, err
		}
		var content any
		if err := yaml.Unmarshal(document, &content); err != nil {
			return nil, fmt.Errorf("%w in\n%s", err, strings.TrimSpace(string(document)))
		}
		if content != nil {
			documents = append(documents, string(document))
		}
	}
}
