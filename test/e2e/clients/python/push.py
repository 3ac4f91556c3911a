"""Pushes with prometheus_client what each line of stdin asks for (see ../README.md)."""
import sys
from urllib.error import HTTPError

from prometheus_client import (
    CollectorRegistry, Counter, Gauge, Histogram, Summary, delete_from_gateway, push_to_gateway, pushadd_to_gateway)
from prometheus_client.exposition import basic_auth_handler, default_handler


def collect(metrics):
    registry = CollectorRegistry()
    if metrics != 'all':
        name, value = metrics.split('=')
        Gauge(name, 'One value.', registry=registry).set(float(value))
        return registry
    Counter('client_rows', 'Rows.', ['table'], registry=registry).labels('a"b\\c\nd').inc(3)
    Gauge('client_last_seconds', 'Last.', registry=registry).set(1e6)
    Gauge('client_files', 'Files.', ['path'], registry=registry).labels('é' * 1000).set(42)
    Histogram('client_latency_seconds', 'Latency.', registry=registry, buckets=(0.1, 1)).observe(0.5)
    Summary('client_size_bytes', 'Size.', registry=registry).observe(7)
    return registry


def push(operation, url, user, password, metrics, job, *labels):
    def with_password(url, method, timeout, headers, data):
        return basic_auth_handler(url, method, timeout, headers, data, user, password)

    options = {
        'job': job,
        'grouping_key': dict(label.split('=', 1) for label in labels),
        'handler': with_password if user else default_handler,
    }
    if operation == 'push':
        push_to_gateway(url, registry=collect(metrics), **options)
    elif operation == 'pushadd':
        pushadd_to_gateway(url, registry=collect(metrics), **options)
    else:
        delete_from_gateway(url, **options)


for line in sys.stdin:
    try:
        push(*line.rstrip('\n').split('\t'))
        answer = 'ok'
    except HTTPError as error:
        # What the gateway said is in the body of the error, not in its text.
        answer = f'error {error}: {error.read().decode()}'
    except Exception as error:
        answer = f'error {error}'
    print(answer.replace('\n', ' '), flush=True)
