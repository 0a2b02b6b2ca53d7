// Package delimited reads delimited text: values separated by commas, semicolons, bars or tabs.
//
// A *record* is one line, or more where a quoted field holds line breaks; a *cell* is one field of it, without its
// quotes. The *dialect* is the delimiter, found by counting: the one that cuts most records into the same number of
// cells. Text without such a delimiter has no columns, and neither has text of which a tenth of the records has
// another number of cells than the others.
// A *header* is a first record that is unlike the records below it. In doubt it is data: the columns are numbered then,
// since a name that is taken from the data leaves the network.
package delimited
