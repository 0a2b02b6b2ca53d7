// Package postgres reads the catalogue of PostgreSQL servers: on premises, of Azure and of Amazon, one code for all.
//
// A *flavour* is what differs between the three kinds: names of kinds and types, defaults, databases of the provider.
// A *session* is one connection with one read-only, repeatable-read transaction: a consistent picture. A *page* is a
// range of table oids, read as one unit; within it a *slice* of bounded size is put together in memory and emitted.
// "Table" stands for whatever has rows and columns: tables, partitioned tables, views, materialized views, foreign
// tables. A partitioned table is one asset: its partitions are named in it and their sizes summed, their bounds stay.
//
// Nothing of the source but names, types, comments and filtered text is read: no enum label, no bound, and no row but
// those that are sampled at level L3. A session *rests* meanwhile: it has no transaction, and each statement is one.
// Queries run over sets with an empty search path, so that every name outside pg_catalog is written with its schema.
package postgres
