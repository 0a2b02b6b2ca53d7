package api

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/purlieu/purlieu/fault"
)

// Shape is how a plane writes its errors.
type Shape uint8

// The shapes.
const (
	// Azure is {"error": {"code", "message", "target", "details"}} with the header x-ms-error-code.
	Azure Shape = iota
	// Atlas is {"requestId", "errorCode", "errorMessage"}.
	Atlas
)

// statusOf is the one place that maps kinds of failure to HTTP.
func statusOf(kind fault.Kind) int {
	switch kind {
	case fault.Invalid:
		return http.StatusBadRequest
	case fault.Denied:
		return http.StatusForbidden
	case fault.NotFound:
		return http.StatusNotFound
	case fault.Conflict:
		return http.StatusConflict
	case fault.Gone:
		return http.StatusGone
	case fault.Throttled:
		return http.StatusTooManyRequests
	case fault.Unreachable:
		return http.StatusServiceUnavailable
	case fault.Unsupported:
		return http.StatusNotImplemented
	default:
		return http.StatusInternalServerError
	}
}

// Fail answers with a failure, in the shape of the request's plane. An internal one is logged and its text withheld.
func Fail(w http.ResponseWriter, r *http.Request, err error) {
	var tooLong *http.MaxBytesError
	if errors.As(err, &tooLong) {
		failWith(w, r, http.StatusRequestEntityTooLarge, fault.New(fault.Invalid, "RequestTooLarge", "the request is longer than %d bytes", tooLong.Limit))
		return
	}
	failWith(w, r, statusOf(fault.KindOf(err)), err)
}

func failWith(w http.ResponseWriter, r *http.Request, status int, err error) {
	st := stateOf(r)
	code, text := fault.CodeOf(err), plain(err)
	switch status {
	case http.StatusInternalServerError:
		st.log.Error("a request failed", "request", st.id, "method", r.Method, "path", clip(r.URL.Path), "error", whole(err))
		code = "InternalError"
		text = fmt.Sprintf("something went wrong on our side; the operator finds it in the log under the request %s", st.id)
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		w.Header().Set("Retry-After", "2")
	}
	w.Header().Set("x-ms-error-code", code)
	if st.shape == Atlas {
		if !strings.HasPrefix(code, "ATLAS-") {
			code = "ATLAS-" + strconv.Itoa(status) + "-00-001"
		}
		Answer(w, status, map[string]any{"requestId": st.id, "errorCode": code, "errorMessage": text})
		return
	}
	var target any // null where no part of the request is named
	if at := fault.PlaceOf(err); at != "" {
		target = at
	}
	Answer(w, status, map[string]any{"error": map[string]any{"code": code, "message": text, "target": target, "details": []any{}}})
}

// plain is the text of the fault itself, without what rooms on its way added for the log.
func plain(err error) string {
	var f *fault.Error
	if errors.As(err, &f) {
		return f.Error()
	}
	return ""
}

// whole is the chain of causes, for the operator.
func whole(err error) string {
	var parts []string
	for err != nil {
		if t := err.Error(); len(parts) == 0 || !strings.Contains(parts[len(parts)-1], t) {
			parts = append(parts, t)
		}
		err = errors.Unwrap(err)
	}
	return strings.Join(parts, ": ")
}
