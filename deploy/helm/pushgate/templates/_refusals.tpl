{{/* What the schema cannot say: values that would be installed, and then not do what they promise. */}}
{{- define "pushgate.refuse" -}}
{{- if gt (int .Values.replicaCount) 1 }}
{{- fail "replicaCount: more than 1 cannot work, because each replica would get a part of the pushes, and Prometheus would see the rest stand still; install a second release for other jobs" }}
{{- end }}
{{- if regexMatch "(^|/)prom(etheus)?/pushgateway$" .Values.image.repository }}
{{- fail "image.repository: that is the image of the reference, which this chart cannot run; leave image.repository and image.tag out, or name a Pushgate image" }}
{{- end }}
{{- if hasKey .Values "istioGateway" }}
{{- fail "istioGateway is not understood: put the VirtualService into extraManifests, where templates work" }}
{{- end }}
{{- $strategy := default dict .Values.strategy }}
{{- $surge := dig "rollingUpdate" "maxSurge" "25%" $strategy | toString }}
{{- if and .Values.persistentVolume.enabled (not .Values.runAsStatefulSet) (eq (dig "type" "RollingUpdate" $strategy) "RollingUpdate") (not (has $surge (list "0" "0%"))) }}
{{- fail "strategy: a rolling update starts the new pod while the old one still holds the store, and waits for ever; set strategy.type to Recreate, or rollingUpdate.maxSurge to 0" }}
{{- end }}
{{- if .Values.webConfiguration }}
{{- if not (or .Values.webConfiguration.basicAuthUsers .Values.webConfiguration.existingSecret) }}
{{- fail "webConfiguration: give basicAuthUsers or existingSecret.name" }}
{{- end }}
{{- if and .Values.webConfiguration.basicAuthUsers .Values.webConfiguration.existingSecret }}
{{- fail "webConfiguration: give basicAuthUsers or existingSecret, not both" }}
{{- end }}
{{- if include "pushgate.hasExtraArg" (dict "root" . "flag" "--web.config.file") }}
{{- fail "webConfiguration: --web.config.file is in extraArgs, too; give one of them" }}
{{- end }}
{{- end }}
{{- if and .Values.networkPolicy (not (or .Values.networkPolicy.allowAll .Values.networkPolicy.customSelectors)) }}
{{- fail "networkPolicy: give allowAll: true or customSelectors" }}
{{- end }}
{{- if and .Values.ingress.enabled (not .Values.ingress.hosts) }}
{{- fail "ingress.hosts: give at least one" }}
{{- end }}
{{- end }}
