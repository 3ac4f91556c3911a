package main

import (
	"fmt"

	monitoring "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer/json"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	podutil "k8s.io/kubernetes/pkg/api/pod"
	"k8s.io/kubernetes/pkg/apis/apps"
	_ "k8s.io/kubernetes/pkg/apis/apps/install"
	appsvalidation "k8s.io/kubernetes/pkg/apis/apps/validation"
	"k8s.io/kubernetes/pkg/apis/core"
	_ "k8s.io/kubernetes/pkg/apis/core/install"
	corevalidation "k8s.io/kubernetes/pkg/apis/core/validation"
	"k8s.io/kubernetes/pkg/apis/networking"
	_ "k8s.io/kubernetes/pkg/apis/networking/install"
	networkingvalidation "k8s.io/kubernetes/pkg/apis/networking/validation"
	"k8s.io/kubernetes/pkg/apis/policy"
	_ "k8s.io/kubernetes/pkg/apis/policy/install"
	policyvalidation "k8s.io/kubernetes/pkg/apis/policy/validation"
	podsecurity "k8s.io/pod-security-admission/api"
	podsecuritypolicy "k8s.io/pod-security-admission/policy"
	gateway "sigs.k8s.io/gateway-api/apis/v1"
	"sigs.k8s.io/yaml"
)

var scheme = legacyscheme.Scheme

func init() {
	for _, add := range []func(*runtime.Scheme) error{monitoring.AddToScheme, gateway.Install} {
		if err := add(scheme); err != nil {
			panic(err)
		}
	}
}

// judge adds an object to the answer, with what is wrong with it. The error is one that leaves no object to look at.
func judge(manifest string, judged *Answer) error {
	var plain map[string]any
	if err := yaml.Unmarshal([]byte(manifest), &plain); err != nil {
		return err
	}
	judged.Objects = append(judged.Objects, plain)
	serializer := json.NewSerializerWithOptions(json.DefaultMetaFactory, scheme, scheme, json.SerializerOptions{Yaml: true, Strict: true})
	object, _, err := serializer.Decode([]byte(manifest), nil, nil)
	if err != nil {
		return fmt.Errorf("%v: %w", plain["kind"], err)
	}
	meta := object.(metav1.Object)
	name := fmt.Sprintf("%s %s", object.GetObjectKind().GroupVersionKind().Kind, meta.GetName())
	if meta.GetNamespace() == "" {
		meta.SetNamespace("default")
	}
	for _, reason := range findUnrestricted(object) {
		judged.Unrestricted = append(judged.Unrestricted, name+": "+reason)
	}
	scheme.Default(object)
	// The API server's storage does this before it validates.
	if service, isService := object.(*corev1.Service); isService && service.Spec.ClusterIP != "" {
		service.Spec.ClusterIPs = []string{service.Spec.ClusterIP}
	}
	problems, err := validate(object)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	for _, problem := range problems {
		judged.Problems = append(judged.Problems, name+": "+problem.Error())
	}
	return nil
}

// validate is what the API server does with a new object. Of those that it does not know itself, decoding was the check.
func validate(object runtime.Object) (field.ErrorList, error) {
	switch object.(type) {
	case *monitoring.ServiceMonitor, *gateway.HTTPRoute:
		return nil, nil
	}
	internal, err := scheme.ConvertToVersion(object, runtime.InternalGroupVersioner)
	if err != nil {
		return nil, err
	}
	switch typed := internal.(type) {
	case *apps.StatefulSet:
		options := podutil.GetValidationOptionsFromPodTemplate(&typed.Spec.Template, nil)
		return appsvalidation.ValidateStatefulSet(typed, appsvalidation.StatefulSetValidationOptions{}, options), nil
	case *apps.Deployment:
		return appsvalidation.ValidateDeployment(typed, podutil.GetValidationOptionsFromPodTemplate(&typed.Spec.Template, nil)), nil
	case *core.Service:
		return corevalidation.ValidateServiceCreate(typed), nil
	case *core.ServiceAccount:
		return corevalidation.ValidateServiceAccount(typed), nil
	case *core.Secret:
		return corevalidation.ValidateSecret(typed), nil
	case *core.ConfigMap:
		return corevalidation.ValidateConfigMap(typed), nil
	case *core.PersistentVolumeClaim:
		return corevalidation.ValidatePersistentVolumeClaim(typed, corevalidation.ValidationOptionsForPersistentVolumeClaim(typed, nil)), nil
	case *networking.NetworkPolicy:
		return networkingvalidation.ValidateNetworkPolicy(typed, networkingvalidation.NetworkPolicyValidationOptions{}), nil
	case *networking.Ingress:
		return networkingvalidation.ValidateIngressCreate(typed), nil
	case *policy.PodDisruptionBudget:
		return policyvalidation.ValidatePodDisruptionBudget(typed, policyvalidation.PodDisruptionBudgetValidationOptions{}), nil
	default:
		return nil, fmt.Errorf("kube-check does not know how %T is validated", typed)
	}
}

// findUnrestricted asks the admission of the Pod Security Standards about a pod template, at its strictest level.
func findUnrestricted(object runtime.Object) []string {
	var template *corev1.PodTemplateSpec
	switch typed := object.(type) {
	case *appsv1.StatefulSet:
		template = &typed.Spec.Template
	case *appsv1.Deployment:
		template = &typed.Spec.Template
	default:
		return nil
	}
	evaluator, err := podsecuritypolicy.NewEvaluator(podsecuritypolicy.DefaultChecks(), nil)
	if err != nil {
		return []string{err.Error()}
	}
	restricted := podsecurity.LevelVersion{Level: podsecurity.LevelRestricted, Version: podsecurity.LatestVersion()}
	var reasons []string
	for _, result := range evaluator.EvaluatePod(restricted, &template.ObjectMeta, &template.Spec) {
		if !result.Allowed {
			reasons = append(reasons, result.ForbiddenReason+": "+result.ForbiddenDetail)
		}
	}
	return reasons
}
