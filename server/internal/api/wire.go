package api

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/purlieu/purlieu/fault"
	"github.com/purlieu/purlieu/model"
)

// maxDepth bounds the nesting of a request's JSON.
const maxDepth = 32

// Answer writes a status and a JSON body; nil writes no body.
func Answer(w http.ResponseWriter, status int, body any) {
	if body == nil {
		w.WriteHeader(status)
		return
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(body); err != nil {
		// Bodies are plain data of ours: one that can't be encoded is a defect, and the doors answer it as one.
		panic(err)
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(b.Len()))
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // the reader has gone: nobody is left to tell
}

// Read decodes a request's JSON body into v, under bounds of size and depth. An empty body leaves v as it is.
func Read(r *http.Request, v any) error {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		var tooLong *http.MaxBytesError
		if errors.As(err, &tooLong) {
			return err
		}
		return fault.New(fault.Invalid, "BadRequest", "the request's body could not be read").Because(err)
	}
	if len(bytes.TrimSpace(body)) == 0 {
		return nil
	}
	if depth(body) > maxDepth {
		return fault.New(fault.Invalid, "BadRequest", "the request's JSON is nested more than %d deep", maxDepth)
	}
	if err := json.Unmarshal(body, v); err != nil {
		var typed *json.UnmarshalTypeError
		if errors.As(err, &typed) {
			return fault.New(fault.Invalid, "BadRequest", "%s can't be a JSON %s", typed.Field, typed.Value)
		}
		return fault.New(fault.Invalid, "BadRequest", "the request's body is not JSON").Because(err)
	}
	return nil
}

// ReadStrict decodes one JSON object of at most limit bytes into v, for planes of our own: unknown fields are refused,
// and no error quotes the body. One that is too long is *http.MaxBytesError.
func ReadStrict(w http.ResponseWriter, r *http.Request, limit int64, v any) error {
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, limit))
	d.DisallowUnknownFields()
	err := d.Decode(v)
	if err == nil {
		if _, err = d.Token(); errors.Is(err, io.EOF) {
			return nil
		}
		err = errors.New("more than one value")
	}
	var long *http.MaxBytesError
	if errors.As(err, &long) {
		return err
	}
	return fault.New(fault.Invalid, "InvalidRequest", "the body is not the JSON object that is expected here").Because(err)
}

// depth is how deep JSON text nests, without building it.
func depth(b []byte) int {
	level, deepest, quoted := 0, 0, false
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			level++
			deepest = max(deepest, level)
		case c == '}' || c == ']':
			level--
		}
	}
	return deepest
}

// Page is what a list's query asks for.
type Page struct {
	After string // cursor of the page before; "" at first
	Limit int
}

// PageOf reads skipToken and the page size from the query.
func PageOf(r *http.Request, limit int) (Page, error) {
	q := r.URL.Query()
	p := Page{Limit: limit}
	for _, name := range []string{"skipToken", "$skipToken"} {
		if token := q.Get(name); token != "" {
			after, err := base64.RawURLEncoding.DecodeString(token)
			if err != nil || len(after) > 1024 || !model.Storable(string(after)) {
				return p, fault.New(fault.Invalid, "BadSkipToken", "the skipToken is not one that was handed out")
			}
			p.After = string(after)
		}
	}
	for _, name := range []string{"$top", "$maxpagesize", "limit"} {
		if text := q.Get(name); text != "" {
			n, err := strconv.Atoi(text)
			if err != nil || n < 1 {
				return p, fault.New(fault.Invalid, "BadPageSize", "%s must be a number from 1", name)
			}
			p.Limit = min(n, limit)
		}
	}
	return p, nil
}

// NextLink is the address of the page after a cursor; nil, which is JSON null, at the end.
func NextLink(r *http.Request, next string) any {
	if next == "" {
		return nil
	}
	q := r.URL.Query()
	q.Del("$skipToken")
	q.Set("skipToken", base64.RawURLEncoding.EncodeToString([]byte(next)))
	return Base(r) + r.URL.EscapedPath() + "?" + q.Encode()
}

// Base is the scheme and host that the caller used.
func Base(r *http.Request) string {
	u := url.URL{Scheme: "http", Host: r.Host}
	if r.TLS != nil {
		u.Scheme = "https"
	}
	return u.String()
}

// Time is a time as published: RFC 3339 in UTC; nil, which is JSON null, for zero.
func Time(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC().Format("2006-01-02T15:04:05.999999999Z")
}

// Millis is a time as Atlas writes it.
func Millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// IsNull reports whether a JSON value is null.
func IsNull(raw json.RawMessage) bool { return bytes.Equal(bytes.TrimSpace(raw), []byte("null")) }

// SaysNothing reports whether a JSON value is null, or empty.
func SaysNothing(raw json.RawMessage) bool {
	return slices.Contains([]string{"null", "[]", "{}", `""`}, string(bytes.TrimSpace(raw)))
}
