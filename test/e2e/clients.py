"""Pushes with prometheus_client as a job would: clients.py URL. The test that runs it looks at what arrives."""
import sys
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, delete_from_gateway, push_to_gateway, pushadd_to_gateway

gateway = sys.argv[1]
registry = CollectorRegistry()
Counter('py_rows', 'Rows.', ['table'], registry=registry).labels('a"b\\c\nd').inc(3)
Gauge('py_last', 'Last.', registry=registry).set(1e6)
Histogram('py_latency', 'Latency.', registry=registry, buckets=(0.1, 1)).observe(0.5)
for key in ({}, {'path': '/var/tmp'}, {'empty': ''}, {'name': 'Προμηθεύς'}, {'gone': 'soon'}):
    push_to_gateway(gateway, job='py/nightly', registry=registry, grouping_key=key)

second = CollectorRegistry()
Gauge('py_last', 'Last.', registry=second).set(5)
pushadd_to_gateway(gateway, job='py/nightly', registry=second)
push_to_gateway(gateway, job='py/nightly', registry=second, grouping_key={'empty': ''})
delete_from_gateway(gateway, job='py/nightly', grouping_key={'gone': 'soon'})
