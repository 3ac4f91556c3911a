import os
import time
from urllib.error import HTTPError

from prometheus_client import CollectorRegistry, Gauge, push_to_gateway

gateway = os.environ.get('PUSHGATE_URL', 'http://localhost:9091')

# A registry of its own: the default one also has the metrics of the Python process.
registry = CollectorRegistry()
last_success = Gauge('backup_last_success_timestamp_seconds', 'When the last backup ended well.', registry=registry)
last_success.set(time.time())

try:
    push_to_gateway(gateway, job='backup', grouping_key={'instance': 'db1', 'path': '/var/lib'}, registry=registry)
except HTTPError as error:
    raise SystemExit(f'the push was refused: {error.read().decode()}')
