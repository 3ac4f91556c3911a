{{- define "pushgate.podTemplate" -}}
metadata:
  {{- with .Values.podAnnotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  labels:
    {{- include "pushgate.labels" . | nindent 4 }}
    {{- with .Values.podLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  serviceAccountName: {{ include "pushgate.serviceAccountName" . }}
  automountServiceAccountToken: {{ .Values.automountServiceAccountToken }}
  enableServiceLinks: false
  terminationGracePeriodSeconds: {{ .Values.terminationGracePeriodSeconds }}
  {{- with .Values.priorityClassName }}
  priorityClassName: {{ . | quote }}
  {{- end }}
  {{- with .Values.hostAliases }}
  hostAliases:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.global.imagePullSecrets | default .Values.imagePullSecrets }}
  imagePullSecrets:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.securityContext }}
  securityContext:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.extraInitContainers }}
  initContainers:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  containers:
    {{- with .Values.extraContainers }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
    - {{- include "pushgate.container" . | nindent 6 }}
  {{- with .Values.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with include "pushgate.affinity" . }}
  affinity:
    {{- . | nindent 4 }}
  {{- end }}
  {{- with .Values.topologySpreadConstraints }}
  topologySpreadConstraints:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with include "pushgate.volumes" . | trim }}
  volumes:
    {{- . | nindent 4 }}
  {{- end }}
{{- end }}

{{- define "pushgate.container" -}}
name: pushgateway
image: {{ include "pushgate.image" . }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
args:
  {{- include "pushgate.args" . | trim | nindent 2 }}
{{- with include "pushgate.environment" . | trim }}
env:
  {{- . | nindent 2 }}
{{- end }}
ports:
  - name: metrics
    containerPort: {{ include "pushgate.port" . }}
    protocol: TCP
{{- $command := list "node" "/pushgate/bin/health-check.js" }}
{{- if .Values.startup.enabled }}
startupProbe:
  {{- include "pushgate.probe" (dict "root" . "probe" .Values.startup.probe "command" $command) | trim | nindent 2 }}
{{- end }}
{{- if .Values.liveness.enabled }}
livenessProbe:
  {{- include "pushgate.probe" (dict "root" . "probe" .Values.liveness.probe) | trim | nindent 2 }}
{{- end }}
{{- if .Values.readiness.enabled }}
readinessProbe:
  {{- include "pushgate.probe" (dict "root" . "probe" .Values.readiness.probe "command" (append $command "--ready")) | trim | nindent 2 }}
{{- end }}
{{- with .Values.resources }}
resources:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.containerSecurityContext }}
securityContext:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.lifecycle }}
lifecycle:
  {{- toYaml . | nindent 2 }}
{{- end }}
volumeMounts:
  - name: storage-volume
    mountPath: {{ .Values.persistentVolume.mountPath | quote }}
    {{- with .Values.persistentVolume.subPath }}
    subPath: {{ . | quote }}
    {{- end }}
  {{- if .Values.webConfiguration }}
  - name: web-config
    mountPath: /etc/config
    readOnly: true
  {{- end }}
  {{- with .Values.extraVolumeMounts }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end }}

{{/* The password of the probes comes from the secret, not from the pod's description. */}}
{{- define "pushgate.environment" -}}
{{- if .Values.webConfiguration }}
{{- $secret := include "pushgate.webConfigurationSecret" . }}
{{- range $name, $key := dict "PROBE_USER" "probe-user" "PROBE_PASSWORD" "probe-password" }}
- name: {{ $name }}
  valueFrom:
    secretKeyRef:
      name: {{ $secret }}
      key: {{ $key }}
      optional: true
{{- end }}
{{- end }}
{{- with .Values.extraVars }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "pushgate.affinity" -}}
{{- $selector := dict "matchLabels" (include "pushgate.selectorLabels" . | fromYaml) }}
{{- $term := dict "topologyKey" .Values.podAntiAffinityTopologyKey "labelSelector" $selector }}
{{- $affinity := deepCopy .Values.affinity }}
{{- if eq .Values.podAntiAffinity "hard" }}
{{- $_ := set $affinity "podAntiAffinity" (dict "requiredDuringSchedulingIgnoredDuringExecution" (list $term)) }}
{{- else if eq .Values.podAntiAffinity "soft" }}
{{- $preferred := dict "weight" 100 "podAffinityTerm" $term }}
{{- $_ := set $affinity "podAntiAffinity" (dict "preferredDuringSchedulingIgnoredDuringExecution" (list $preferred)) }}
{{- end }}
{{- with $affinity }}{{ toYaml . }}{{ end }}
{{- end }}

{{- define "pushgate.volumes" -}}
{{- if not (include "pushgate.hasClaimTemplate" .) }}
- name: storage-volume
  {{- if .Values.persistentVolume.enabled }}
  persistentVolumeClaim:
    claimName: {{ default (include "pushgate.fullname" .) .Values.persistentVolume.existingClaim }}
  {{- else }}
  emptyDir: {}
  {{- end }}
{{- end }}
{{- if .Values.webConfiguration }}
- name: web-config
  secret:
    secretName: {{ include "pushgate.webConfigurationSecret" . }}
{{- end }}
{{- with .Values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "pushgate.hasClaimTemplate" -}}
{{- if and .Values.runAsStatefulSet .Values.persistentVolume.enabled (not .Values.persistentVolume.existingClaim) }}true{{ end }}
{{- end }}

{{/* The specification of a claim, for a Deployment and for the template of a StatefulSet. */}}
{{- define "pushgate.claimSpec" -}}
accessModes:
  {{- toYaml .Values.persistentVolume.accessModes | nindent 2 }}
{{- with .Values.persistentVolume.storageClass }}
storageClassName: {{ ternary "" . (eq . "-") | quote }}
{{- end }}
resources:
  requests:
    storage: {{ .Values.persistentVolume.size | quote }}
{{- end }}
