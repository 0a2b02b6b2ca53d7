// Package compat replays the published examples of the API against the account's own doors: the request as it is
// published, and an answer that has every member of the published one, of the same JSON type.
//
// The published descriptions are not in this repository: tests find them below $PURLIEU_SHARED or ../shared, beside
// the repository's root, and say so when they skip.
package compat
