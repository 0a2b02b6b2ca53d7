// Package lineage is the room of what is read out of SQL text: one folder per dialect.
//
// A *dialect* knows how text of one kind of source is cut into tokens. What it offers first is the *value filter*:
// text in, the same text out with every literal as "?" and without comments, so that no value of a source leaves its
// network inside a definition. Text that a dialect can't cut is refused: the caller leaves it behind, with a gap.
package lineage
