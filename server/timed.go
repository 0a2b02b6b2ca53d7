package server

import (
	"errors"
	"io"
	"net/http"
	"time"
)

// callerWithin is how long a caller may take to send a request's body, and to take each piece of the answer.
const callerWithin = time.Minute

// piece is how much of an answer has one time.
const piece = 64 << 10

// timed ends requests whose callers do not send their bodies in time, or do not take their answers. In between it may take
// as long as it likes.
func timed(h http.Handler, within time.Duration) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn := http.NewResponseController(w)
		if r.Body != nil && r.Body != http.NoBody {
			_ = conn.SetReadDeadline(time.Now().Add(within)) // of a connection that has gone: nothing to end
			r.Body = awaited{r.Body, conn}
		}
		h.ServeHTTP(&taken{w, conn, within}, r)
		_ = conn.SetWriteDeadline(time.Now().Add(within)) // what the buffers hold goes out now
	})
}

// awaited is a body that must come in time. Behind its end the connection has no deadline: net/http goes on reading there,
// to learn that the caller has gone, and would take the deadline for that.
type awaited struct {
	io.ReadCloser
	conn *http.ResponseController
}

// Read reads on, and ends the waiting with the body.
func (b awaited) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if errors.Is(err, io.EOF) {
		_ = b.conn.SetReadDeadline(time.Time{}) // as above
	}
	return n, err
}

// taken is an answer that must be taken in time, piece by piece.
type taken struct {
	http.ResponseWriter
	conn   *http.ResponseController
	within time.Duration
}

// Unwrap gives the writer below to http.ResponseController.
func (t *taken) Unwrap() http.ResponseWriter { return t.ResponseWriter }

// Write gives each piece its time. Behind it there is no deadline: HTTP/2 would end the stream of a handler that thinks.
func (t *taken) Write(p []byte) (n int, err error) {
	for first := true; first || n < len(p); first = false {
		_ = t.conn.SetWriteDeadline(time.Now().Add(t.within)) // as above
		more, err := t.ResponseWriter.Write(p[n:min(len(p), n+piece)])
		_ = t.conn.SetWriteDeadline(time.Time{}) // as above
		if n += more; err != nil {
			return n, err
		}
	}
	return n, nil
}
