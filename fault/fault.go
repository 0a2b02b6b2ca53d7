// Package fault is the closed list of ways in which something can fail, and the one error type that crosses rooms.
//
// A fault has a kind (what the caller can do about it), a code (a stable word that documents, metrics and tests
// use), a message for people and, where there is one, a remedy: the next step that would mend it. Kinds map to
// HTTP statuses in one place, server/internal/api. The text of an Internal fault is never shown to a caller.
package fault

import (
	"errors"
	"fmt"
	"strings"
)

// Kind says what a caller can do about a failure. Append only; never reorder: numbers travel on the wire.
type Kind uint8

// The kinds.
const (
	// Invalid: the request can't be right as it is; change it.
	Invalid Kind = iota + 1
	// Denied: known or unknown, the caller may not.
	Denied
	// NotFound: there is no such thing, or the caller may not know of it.
	NotFound
	// Conflict: the state of the thing forbids this now.
	Conflict
	// Gone: it was there and will not come back; do not retry.
	Gone
	// Throttled: the same request may succeed later.
	Throttled
	// Unreachable: a peer could not be reached, or did not answer in time.
	Unreachable
	// Unsupported: well formed, but this build or source can't do it.
	Unsupported
	// Internal: our own failure; details are for the operator's log only.
	Internal
)

var kindNames = [...]string{"Unknown", "Invalid", "Denied", "NotFound", "Conflict", "Gone", "Throttled", "Unreachable", "Unsupported", "Internal"}

// String is the kind's name.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return kindNames[0]
}

// Error is a failure. Build one with New or Wrap; ask with KindOf, CodeOf and errors.As.
type Error struct {
	Kind   Kind
	Code   string // a stable word, such as "WrongPassword"
	Text   string // for people: what, where; never a secret, never driver text that may quote values
	Remedy string // the next step; may be empty
	Cause  error  // for the operator's log; not part of Error()
}

// New makes a failure of a kind.
func New(kind Kind, code, format string, args ...any) *Error {
	return &Error{Kind: kind, Code: code, Text: fmt.Sprintf(format, args...)}
}

// Because adds the cause, for errors.Is and the operator's log.
func (e *Error) Because(err error) *Error {
	e.Cause = err
	return e
}

// Try adds the remedy.
func (e *Error) Try(format string, args ...any) *Error {
	e.Remedy = fmt.Sprintf(format, args...)
	return e
}

// Error is the text and, where there is one, the remedy.
func (e *Error) Error() string {
	if e.Remedy == "" {
		return e.Text
	}
	return e.Text + ". " + e.Remedy
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Cause }

// KindOf is the kind of the first Error in the chain; Internal when there is none, 0 for nil.
func KindOf(err error) Kind {
	if err == nil {
		return 0
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Internal
}

// CodeOf is the code of the first Error in the chain; "Internal" when there is none, "" for nil.
func CodeOf(err error) string {
	if err == nil {
		return ""
	}
	var e *Error
	if errors.As(err, &e) && e.Code != "" {
		return e.Code
	}
	return KindOf(err).String()
}

// Is reports whether err is of the kind.
func Is(err error, kind Kind) bool { return err != nil && KindOf(err) == kind }

// At says of a failure which part of a request it is about: a member of the body by its name, from within outwards.
// Doors tell it, so that a form can show the failure there. nil stays nil.
func At(err error, format string, args ...any) error {
	if err == nil {
		return nil
	}
	return &placed{error: err, part: fmt.Sprintf(format, args...)}
}

// PlaceOf is that part, such as properties.port; "" where nobody said.
func PlaceOf(err error) string {
	var parts []string
	for p := (*placed)(nil); errors.As(err, &p); err = p.error {
		parts = append(parts, p.part)
	}
	return strings.Join(parts, ".")
}

type placed struct {
	error
	part string
}

// Unwrap gives the failure itself.
func (p *placed) Unwrap() error { return p.error }
