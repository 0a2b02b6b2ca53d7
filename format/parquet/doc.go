// Package parquet reads the footers of Parquet files: the schema and the number of rows, and for a sample the first pages of
// each column.
//
// A *footer* is at the end of the file, behind the pages, in the compact protocol of Thrift. It is walked by our own code
// rather than by a library: libraries allocate what a footer claims before they have read it, and follow nesting as deep
// as it goes, which a hostile file turns against them. What is not the schema (statistics, in which values stand, and
// where further pages are) is passed over without being looked at.
// A *page* is walked in the same way: levels and values in the plain and the dictionary encodings, plain or packed with
// Snappy, gzip or Zstandard, under one budget for the file. What can't be read so is not sampled, and no fault.
// A column is a *leaf* of the schema: names joined by dots, "[]" for the items of a list.
package parquet
