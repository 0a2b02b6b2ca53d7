// Package json reads JSON documents and JSON lines, nested as they are.
//
// A *row* is an object of the file: each line, each item of an outermost array, or the one document. A column is a
// *path* to values that hold no others: keys joined by dots, "[]" for the items of an array: "lines[].sku". A key that
// has a dot, a bracket or a quote in it stands in quotes.
// Keys can be data: an object with more keys than format.MaxKeys, in one row or over several, or with a key that tells,
// *folds*: all that stands below its keys becomes one, below "{key}".
// Only the head of the file is read: a document that is longer has the columns that were met until there.
package json
