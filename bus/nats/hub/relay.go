package hub

import (
	"net/http"
	"net/http/httputil"
	"strings"

	"github.com/purlieu/purlieu/network"
)

// Door is the way in for nodes: mount Door(false) at the account door's /bus, Door(true) at the ingestion door's
// /ingest/bus. It takes WebSocket upgrades over HTTP/1.1 and nothing else (426), answers 503 while the bus is not
// served, and whatever path it was mounted at. Of the request only the upgrade goes on: no cookie, no path, no header
// of the client reaches the embedded server, and a token travels inside the connection.
func (s *Server) Door(ingestion bool) http.Handler {
	mark := markCookie + "=" + s.gate.mark(ingestion)
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		r := s.up.Load()
		switch {
		case req.ProtoMajor != 1 || !strings.EqualFold(req.Header.Get("Upgrade"), "websocket"):
			w.Header().Set("Upgrade", "websocket")
			http.Error(w, "this address speaks WebSocket over HTTP/1.1", http.StatusUpgradeRequired)
			return
		case r == nil:
			http.Error(w, "the bus is not running", http.StatusServiceUnavailable)
			return
		}
		proxy := httputil.ReverseProxy{
			Transport: r.proxy,
			Rewrite:   func(p *httputil.ProxyRequest) { forward(p, r, mark) },
			ErrorHandler: func(w http.ResponseWriter, _ *http.Request, err error) {
				s.cfg.Log.Debug("bus: relay ended", "err", err)
				w.WriteHeader(http.StatusBadGateway)
			},
		}
		proxy.ServeHTTP(w, req)
	})
}

// forward rebuilds the upgrade for the embedded server.
func forward(p *httputil.ProxyRequest, r *running, mark string) {
	keep := http.Header{}
	for _, name := range []string{"Upgrade", "Connection", "Sec-Websocket-Version", "Sec-Websocket-Key", "Sec-Websocket-Extensions"} {
		if v := p.In.Header.Get(name); v != "" {
			keep.Set(name, v)
		}
	}
	keep.Set("Cookie", mark)
	p.Out.Header = keep
	p.Out.URL.Scheme, p.Out.URL.Host, p.Out.URL.Path, p.Out.URL.RawPath, p.Out.URL.RawQuery = r.backend.Scheme, r.backend.Host, "/", "", ""
	p.Out.Host = r.backend.Host
}

// transport reaches the embedded server on loopback, never through a proxy, and keeps nothing open.
func transport() http.RoundTripper {
	return &http.Transport{DialContext: network.DialLoopback, DisableKeepAlives: true, DisableCompression: true}
}
