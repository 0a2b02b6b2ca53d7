package model

import (
	"encoding/json"
	"time"
)

// RunState is where a run stands.
type RunState string

// The run states, as published for scan runs.
const (
	RunQueued     RunState = "Accepted"   // one run of a scan is active, one more waits
	RunInProgress RunState = "InProgress" // units are read and applied
	RunSucceeded  RunState = "Succeeded"
	RunFailed     RunState = "Failed"
	RunCanceled   RunState = "Canceled"
)

// Ended reports whether the state is final.
func (s RunState) Ended() bool { return s == RunSucceeded || s == RunFailed || s == RunCanceled }

// UnitState is where a unit stands.
type UnitState uint8

// The unit states.
const (
	UnitQueued   UnitState = iota + 1 // any node of the runtime may claim it
	UnitLeased                        // one node holds it
	UnitDone                          // done came: waiting for batches to be applied
	UnitClosed                        // all batches of its last attempt are applied
	UnitFailed                        // given up; its gaps say why
	UnitVoid                          // its run was cancelled
	UnitStopping                      // its run was cancelled, and its node may still read a source whose budget is strict
)

// Ended reports whether the state is final.
func (s UnitState) Ended() bool { return s >= UnitClosed }

// RuntimeKind says who runs the nodes of an integration runtime.
type RuntimeKind string

// The runtime kinds.
const (
	RuntimeManaged    RuntimeKind = "Managed"
	RuntimeSelfHosted RuntimeKind = "SelfHosted"
)

// BuiltInRuntime is the name of the runtime whose one node the server starts by itself.
const BuiltInRuntime = "built-in"

// Priority says how early the runs of a scan are given to nodes, compared with runs that were started in the same way.
type Priority string

// The priorities; "" is normal.
const (
	PriorityLow    Priority = "Low"
	PriorityNormal Priority = "Normal"
	PriorityHigh   Priority = "High"
)

// Source is a registered data source.
type Source struct {
	Name       string   `json:"name"`
	ID         string   `json:"id"` // relative: "datasources/shop"
	Kind       string   `json:"kind"`
	Authority  string   `json:"authority"`
	Collection string   `json:"collection"`
	Settings   Settings `json:"settings"`
	Budget     Budget   `json:"budget,omitzero"`
	// Windows are the times in which it may be read; none: always.
	Windows []Window `json:"windows,omitempty"`
	// Wire are the published properties that nothing here understands, kept for compatible clients as they came.
	Wire map[string]json.RawMessage `json:"wire,omitempty"`
	// Created and Modified are the store's; set on what is read, ignored in what is written.
	Created  time.Time `json:"-"`
	Modified time.Time `json:"-"`
}

// Window is a time of the day in which a source may be read. Clock times are those of the zone.
type Window struct {
	Days []string `json:"days,omitempty"`     // "Monday" …, on which it begins; none: every day
	From string   `json:"from"`               // "22:00"
	To   string   `json:"to"`                 // "06:00": of the next day, where it is not after From. "24:00" is the end of the day
	Zone string   `json:"timeZone,omitempty"` // IANA or Windows; "" is UTC
}

// Scan is a named configuration on a source.
type Scan struct {
	Name       string   `json:"name"`
	Source     string   `json:"source"`
	Kind       string   `json:"kind"` // the scan's kind on the wire: "PostgreSqlCredential"
	Runtime    string   `json:"runtime"`
	Credential string   `json:"credential"` // name of a credential; "" for none
	Collection string   `json:"collection"`
	Level      Level    `json:"level"`
	Priority   Priority `json:"priority,omitempty"`
	Scope      Scope    `json:"scope"`
	Filtered   bool     `json:"filtered,omitempty"` // a filter was put, though it may leave nothing out
	Settings   Settings `json:"settings"`
	// Wire are published properties that nothing here understands.
	Wire map[string]json.RawMessage `json:"wire,omitempty"`
	// Created and Modified are the store's; set on what is read, ignored in what is written.
	Created  time.Time `json:"-"`
	Modified time.Time `json:"-"`
}
