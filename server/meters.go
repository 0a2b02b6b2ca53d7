package server

import (
	"net/http"
	"strconv"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/purlieu/purlieu/bus/nats/hub"
	"github.com/purlieu/purlieu/server/internal/api"
)

// meters are what /metrics shows. Labels are closed sets: no name of a person, source or asset.
type meters struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	failures prometheus.Counter
	refusals prometheus.Counter
	ready    atomic.Bool
}

func newMeters(version string, b *hub.Server, r *room) *meters {
	m := &meters{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "purlieu_http_requests_total", Help: "Finished REST requests, by method and status.",
		}, []string{"method", "status"}),
		failures: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "purlieu_housekeeping_failures_total", Help: "Steps of the server's own work that failed and were tried again.",
		}),
		refusals: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "purlieu_network_refusals_total", Help: "Requests that the account's network rules refused.",
		}),
	}
	build := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "purlieu_build_info", Help: "Always 1; the label is the build.", ConstLabels: prometheus.Labels{"version": version},
	})
	build.Set(1)
	gauge := func(name, help string, value func(hub.Stats) float64) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, func() float64 { return value(b.Stats()) })
	}
	short := prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "purlieu_store_short_of_room", Help: "1 while scans wait because the store's disk has little room.",
	}, func() float64 {
		if r.short.Load() {
			return 1
		}
		return 0
	})
	m.registry.MustRegister(short, m.requests, m.failures, m.refusals, build, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		gauge("purlieu_nodes_connected", "Nodes with a connection to this replica.", func(s hub.Stats) float64 { return float64(s.Nodes) }),
		gauge("purlieu_bus_refused_connections", "Connections that the bus refused.", func(s hub.Stats) float64 { return float64(s.Refused) }),
		gauge("purlieu_bus_failed_requests", "Requests of nodes that got no answer.", func(s hub.Stats) float64 { return float64(s.Failed) }),
		gauge("purlieu_bus_received_bytes", "Payloads of nodes' requests.", func(s hub.Stats) float64 { return float64(s.BytesIn) }),
	)
	return m
}

func (m *meters) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// observe counts a finished request. Methods that nobody has defined are one.
func (m *meters) observe(seen api.Seen) {
	method := seen.Method
	switch method {
	case http.MethodGet, http.MethodPut, http.MethodPost, http.MethodDelete, http.MethodHead, http.MethodOptions, http.MethodPatch:
	default:
		method = "other"
	}
	m.requests.WithLabelValues(method, strconv.Itoa(seen.Status)).Inc()
}
