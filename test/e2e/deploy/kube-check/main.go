// Command kube-check renders charts and kustomizations by the code of Helm and Kustomize, and judges what comes out by the code of the
// Kubernetes API server: decoding that refuses unknown fields, defaulting, validation, and the restricted profile of the Pod Security
// Standards. It talks to no cluster. Requests come as a JSON list on stdin, one answer for each goes to stdout.
package main

import (
	"encoding/json"
	"fmt"
	"os"
)

// Request asks for one rendering: exactly one of Chart, Kustomization and Manifest is set.
type Request struct {
	Chart         string         `json:"chart"`
	Release       string         `json:"release"`
	Namespace     string         `json:"namespace"`
	Values        map[string]any `json:"values"`
	Kustomization string         `json:"kustomization"`
	Manifest      string         `json:"manifest"`
}

// Answer tells what a request came to. Error stands alone: then nothing was rendered.
type Answer struct {
	Error   string           `json:"error,omitempty"`
	Notes   string           `json:"notes,omitempty"`
	Objects []map[string]any `json:"objects"`
	// Problems are what the API server would refuse, each with the object that it is about.
	Problems []string `json:"problems"`
	// Unrestricted are the pod templates that the restricted profile forbids, each with the reason.
	Unrestricted []string `json:"unrestricted"`
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "kube-check:", err)
		os.Exit(1)
	}
}

func run() error {
	var requests []Request
	if err := json.NewDecoder(os.Stdin).Decode(&requests); err != nil {
		return fmt.Errorf("cannot read the requests: %w", err)
	}
	answers := make([]Answer, len(requests))
	for i, request := range requests {
		answers[i] = answer(request)
	}
	return json.NewEncoder(os.Stdout).Encode(answers)
}

func answer(request Request) Answer {
	manifests, notes, err := render(request)
	if err != nil {
		return Answer{Error: err.Error()}
	}
	judged := Answer{Notes: notes, Objects: []map[string]any{}, Problems: []string{}, Unrestricted: []string{}}
	for _, manifest := range manifests {
		if err := judge(manifest, &judged); err != nil {
			judged.Problems = append(judged.Problems, err.Error())
		}
	}
	return judged
}
