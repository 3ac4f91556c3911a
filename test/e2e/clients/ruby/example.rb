require 'prometheus/client'
require 'prometheus/client/push'

gateway = ENV.fetch('PUSHGATE_URL', 'http://localhost:9091')

registry = Prometheus::Client::Registry.new
registry.gauge(:backup_last_success_timestamp_seconds, 'When the last backup ended well.').set({}, Time.now.to_f)

push = Prometheus::Client::Push.new(job: 'backup', instance: 'db1', gateway: gateway)
answer = push.replace(registry)
# This client raises nothing for a push that was refused.
abort("the push was refused: #{answer.code} #{answer.body}") unless answer.is_a?(Net::HTTPSuccess)
