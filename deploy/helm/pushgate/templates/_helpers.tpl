{{/* The old chart's name unless told otherwise: so selectors and names stay those of the release that is upgraded. */}}
{{- define "pushgate.name" -}}
{{- default "prometheus-pushgateway" .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "pushgate.namespace" -}}
{{- default .Release.Namespace .Values.namespaceOverride }}
{{- end }}

{{- define "pushgate.fullname" -}}
{{- $name := include "pushgate.name" . }}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" }}
{{- else if contains $name .Release.Name }}
{{- .Release.Name | trunc 63 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name $name | trunc 63 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- define "pushgate.serviceAccountName" -}}
{{- if .Values.serviceAccount.create }}
{{- default (include "pushgate.fullname" .) .Values.serviceAccount.name }}
{{- else }}
{{- default "default" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{- define "pushgate.selectorLabels" -}}
app.kubernetes.io/name: {{ include "pushgate.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "pushgate.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "pushgate.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/* The head of every object: a dict of root, and where they are other than the release's, name, namespace, annotations and labels. */}}
{{- define "pushgate.metadata" -}}
name: {{ default (include "pushgate.fullname" .root) .name }}
namespace: {{ default (include "pushgate.namespace" .root) .namespace }}
labels:
  {{- include "pushgate.labels" .root | nindent 2 }}
  {{- with .labels }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- with .annotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "pushgate.image" -}}
{{- $registry := default .Values.image.registry .Values.global.imageRegistry }}
{{- $image := printf "%s:%s" .Values.image.repository (default .Chart.AppVersion .Values.image.tag) }}
{{- if $registry }}{{ printf "%s/%s" $registry $image }}{{ else }}{{ $image }}{{ end }}
{{- end }}

{{/* The value of a flag in extraArgs, or nothing: a dict of root and flag. */}}
{{- define "pushgate.extraArg" -}}
{{- $flag := .flag }}
{{- $args := .root.Values.extraArgs }}
{{- range $i, $arg := $args }}
{{- if hasPrefix (printf "%s=" $flag) $arg }}{{ trimPrefix (printf "%s=" $flag) $arg }}
{{- else if and (eq $arg $flag) (lt (add1 $i | int) (len $args)) }}{{ index $args (add1 $i | int) }}
{{- end }}
{{- end }}
{{- end }}

{{- define "pushgate.hasExtraArg" -}}
{{- $flag := .flag }}
{{- range .root.Values.extraArgs }}
{{- if or (eq . $flag) (hasPrefix (printf "%s=" $flag) .) }}true{{ end }}
{{- end }}
{{- end }}

{{/* The port of the container: that of --web.listen-address, if extraArgs have one. */}}
{{- define "pushgate.port" -}}
{{- include "pushgate.extraArg" (dict "root" . "flag" "--web.listen-address") | splitList ":" | last | default "9091" }}
{{- end }}

{{/* What the container is called with. */}}
{{- define "pushgate.args" -}}
{{- if not (include "pushgate.hasExtraArg" (dict "root" . "flag" "--persistence.file")) }}
- --persistence.file={{ if .Values.persistentVolume.enabled }}{{ .Values.persistentVolume.mountPath }}/{{ .Values.persistentVolume.fileName }}{{ end }}
{{- end }}
{{- if .Values.webConfiguration }}
- --web.config.file=/etc/config/{{ include "pushgate.webConfigurationKey" . }}
{{- end }}
{{- with .Values.extraArgs }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "pushgate.webConfigurationSecret" -}}
{{- with .Values.webConfiguration.existingSecret }}{{ .name }}{{ else }}{{ include "pushgate.fullname" . }}{{ end }}
{{- end }}

{{- define "pushgate.webConfigurationKey" -}}
{{- with .Values.webConfiguration.existingSecret }}{{ default "web-config.yaml" .key }}{{ else }}web-config.yaml{{ end }}
{{- end }}

{{/* The user that Prometheus and the probes are: the first by name. */}}
{{- define "pushgate.firstUser" -}}
{{- keys .Values.webConfiguration.basicAuthUsers | sortAlpha | first }}
{{- end }}

{{/*
A probe: a dict of root, probe (of the values) and command. Behind a password, TLS or a route prefix an httpGet without headers would fail
for ever; the command finds its way, and liveness, which has none, asks for no more than a connection.
*/}}
{{- define "pushgate.probe" -}}
{{- $probe := .probe }}
{{- $prefixed := or (include "pushgate.hasExtraArg" (dict "root" .root "flag" "--web.route-prefix")) (include "pushgate.hasExtraArg" (dict "root" .root "flag" "--web.external-url")) }}
{{- $configured := or .root.Values.webConfiguration (include "pushgate.hasExtraArg" (dict "root" .root "flag" "--web.config.file")) }}
{{- if and $probe.httpGet (not $probe.httpGet.httpHeaders) (or $configured (and $prefixed (hasPrefix "/-/" $probe.httpGet.path))) }}
{{- $probe = omit $probe "httpGet" }}
{{- end }}
{{- if not (or $probe.httpGet $probe.exec $probe.tcpSocket $probe.grpc) }}
{{- if .command }}
exec:
  command: {{ toJson .command }}
{{- else }}
tcpSocket:
  port: metrics
{{- end }}
{{- end }}
{{- toYaml $probe | nindent 0 }}
{{- end }}

{{/* For extraManifests that were written for the old chart. */}}
{{- define "prometheus-pushgateway.name" }}{{ include "pushgate.name" . }}{{ end }}
{{- define "prometheus-pushgateway.fullname" }}{{ include "pushgate.fullname" . }}{{ end }}
{{- define "prometheus-pushgateway.namespace" }}{{ include "pushgate.namespace" . }}{{ end }}
{{- define "prometheus-pushgateway.serviceAccountName" }}{{ include "pushgate.serviceAccountName" . }}{{ end }}
{{- define "prometheus-pushgateway.selectorLabels" }}{{ include "pushgate.selectorLabels" . }}{{ end }}
{{- define "prometheus-pushgateway.defaultLabels" }}{{ include "pushgate.labels" . }}{{ end }}
