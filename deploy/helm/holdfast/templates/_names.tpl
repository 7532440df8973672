{{- define "holdfast.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 52 | trimSuffix "-" -}}
{{- end -}}

{{- define "holdfast.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 52 | trimSuffix "-" -}}
{{- else if contains (include "holdfast.name" .) .Release.Name -}}
{{- .Release.Name | trunc 52 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "holdfast.name" .) | trunc 52 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "holdfast.selector" -}}
app.kubernetes.io/name: {{ include "holdfast.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "holdfast.labels" -}}
{{ include "holdfast.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end -}}

{{/* The values of a stategate, as JSON; empty when none is set. */}}
{{- define "holdfast.stategate" -}}
{{- $given := dict -}}
{{- if .Values.auth_disabled -}}{{- $_ := set $given "STATEGATE_AUTH_DISABLED" "true" -}}{{- end -}}
{{- range list "jwks_uri" "request_policy" "response_policy" "channel_provider" "storage_provider" "cache_provider" -}}
{{- $value := index $.Values . -}}
{{- if $value -}}{{- $_ := set $given (printf "STATEGATE_%s" (upper .)) $value -}}{{- end -}}
{{- end -}}
{{- if $given -}}
{{- $given = merge $given (dict "STATEGATE_CHANNEL_PROVIDER" "{\"name\":\"inmem\"}" "STATEGATE_STORAGE_PROVIDER" "{\"name\":\"embedded\"}") -}}
{{- toJson $given -}}
{{- end -}}
{{- end -}}

{{/* Stops what cannot run: two processes over one directory. */}}
{{- define "holdfast.possible" -}}
{{- $storage := .Values.storage_provider | default "{\"name\":\"embedded\"}" | fromJson -}}
{{- if and (gt (int .Values.replicas) 1) (eq (default "" $storage.name) "embedded") -}}
{{- fail (printf "replicas is %d, but the store is embedded: one process has its directory at a time, so replicas has to be 1" (int .Values.replicas)) -}}
{{- end -}}
{{- end -}}
