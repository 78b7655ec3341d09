-- What wrk measured, as JSON: requests per second, and response times in ms.
done = function(summary, latency)
  io.write(string.format('{"rate": %f, "median_ms": %f, "p95_ms": %f, "p99_ms": %f}\n',
    summary.requests / summary.duration * 1e6, latency:percentile(50) / 1000,
    latency:percentile(95) / 1000, latency:percentile(99) / 1000))
end
