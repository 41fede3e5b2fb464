package main

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"ieum/internal/platform/web"
	"ieum/internal/snapshot"
)

// metrics are what /metrics tells Prometheus. Labels are patterns of routes,
// statuses and versions only: never an address, a word searched for or a person.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
}

func newMetrics() *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "ieum_requests_total",
			Help: "Requests answered, by pattern of the route and status."}, []string{"pattern", "status"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "ieum_request_seconds",
			Help: "Time from a request to the end of its reply.", Buckets: []float64{.001, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10}}, []string{"pattern"}),
	}
	m.registry.MustRegister(m.requests, m.seconds, collectors.NewBuildInfoCollector(), collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// observe counts a request; pattern is "" where no route was found.
func (m *metrics) observe(pattern string, status int, took time.Duration) {
	if pattern == "" {
		pattern = "none"
	}
	m.requests.WithLabelValues(pattern, strconv.Itoa(status)).Inc()
	m.seconds.WithLabelValues(pattern).Observe(took.Seconds())
}

// routes serves what was counted, and how a stands when it is asked.
func (m *metrics) routes(mux *web.Mux, a *app) {
	m.registry.MustRegister(&present{a})
	h := promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{DisableCompression: true})
	mux.Page("GET /metrics", web.Nothing, web.Loopback(func(w http.ResponseWriter, r *http.Request) error {
		h.ServeHTTP(w, r)
		return nil
	}))
}

// A present is read anew for each scrape.
type present struct{ *app }

var (
	snapshotInfo = prometheus.NewDesc("ieum_snapshot_info", "The snapshot in use; 1.", []string{"version"}, nil)
	snapshotAge  = prometheus.NewDesc("ieum_snapshot_age_seconds", "Time since the snapshot in use was built.", nil, nil)
	databaseUp   = prometheus.NewDesc("ieum_database_up", "Whether the database answers: 1 or 0.", nil, nil)
	sourcesLate  = prometheus.NewDesc("ieum_sources_late", "Sources whose delivery is overdue.", nil, nil)
	rowsOverdue  = prometheus.NewDesc("ieum_erasures_overdue", "Rows in the snapshot in use of people who were erased more than a day ago.", nil, nil)
)

// Describe lists what Collect may send.
func (s *present) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{snapshotInfo, snapshotAge, databaseUp, sourcesLate, rowsOverdue} {
		to <- d
	}
}

// Collect sends what can be known now: without a snapshot nothing of it, and
// without the database not how many sources are late.
func (s *present) Collect(to chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	if meta, err := metaOf(s.live); err == nil {
		gauge(snapshotInfo, 1, meta.Version)
		gauge(snapshotAge, s.now().Sub(meta.Built).Seconds())
	}
	if n, err := snapshot.Overdue(s.data, s.now()); err == nil {
		gauge(rowsOverdue, float64(n))
	}
	ctx, cancel := context.WithTimeout(context.Background(), checkWait)
	defer cancel()
	sources, err := s.store.catalogue.Sources(ctx)
	if err != nil {
		gauge(databaseUp, 0)
		return
	}
	late := 0
	for _, source := range sources {
		if source.Late {
			late++
		}
	}
	gauge(databaseUp, 1)
	gauge(sourcesLate, float64(late))
}
